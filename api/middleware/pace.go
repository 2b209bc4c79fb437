package middleware

import (
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"time"
)

// pace is how fast the bytes of a request or a response have to move: in every
// period so many of them, or the connection's deadline passes. A nil set means
// that nothing is limited.
type pace struct {
	set    func(time.Time) error
	quota  int64 // bytes in a period
	period time.Duration

	need  int64     // bytes until the next period may begin
	began time.Time // the period
	rest  time.Time // since when nobody waits for the client
}

func newPace(set func(time.Time) error, opts *Options) pace {
	if opts.MinRate < 0 {
		return pace{}
	}
	quota := float64(opts.MinRate) * opts.MinRateAfter.Seconds()
	return pace{set: set, period: opts.MinRateAfter, quota: int64(min(max(1, quota), 1<<50))}
}

// wait is called before the client is waited for. What the implementation did
// since the last time is not the client's fault.
func (p *pace) wait() {
	if p.set == nil {
		return
	}
	switch now := time.Now(); {
	case p.began.IsZero():
		p.begin(now)
	case now.Sub(p.rest) >= p.step():
		p.began = p.began.Add(now.Sub(p.rest))
		p.apply()
	}
}

// moved is called with the bytes that the client has sent or taken since.
func (p *pace) moved(n int64) {
	if p.set == nil {
		return
	}
	p.rest = time.Now()
	if p.need -= n; p.need > 0 {
		return
	}
	// Moving a deadline costs about as much as reading some kilobytes.
	if p.rest.Sub(p.began) >= p.step() {
		p.begin(p.rest)
		return
	}
	p.need = p.quota
}

// step is how long a deadline stays where it is.
func (p *pace) step() time.Duration { return min(time.Second, p.period/4) }

func (p *pace) begin(now time.Time) {
	p.began, p.rest, p.need = now, now, p.quota
	p.apply()
}

func (p *pace) apply() {
	if p.set(p.began.Add(p.period+p.step())) != nil {
		p.set = nil // the server knows no deadlines
	}
}

// last allows for what net/http does by itself in the end: it reads the rest of
// the body, for at most one period, and sends the rest of the response.
func (p *pace) last() {
	if p.set != nil {
		_ = p.set(time.Now().Add(2 * (p.period + p.step()))) // no bytes of ours depend on it
	}
}

// end takes the deadline back.
func (p *pace) end() {
	if p.set != nil {
		_ = p.set(time.Time{}) // it worked before, and a broken connection is reported elsewhere
		p.set = nil
	}
}

// pacedBody is a request's body that has to arrive at a pace.
type pacedBody struct {
	io.ReadCloser
	pace pace
	read int64
	end  bool // was seen
}

func (b *pacedBody) Read(p []byte) (int, error) {
	b.pace.wait()
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.pace.moved(int64(n))
	switch {
	case err == io.EOF:
		b.end = true
		// From here on net/http reads to see whether the client goes away; a
		// deadline would look the same.
		b.pace.end()
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = &Error{Status: http.StatusRequestTimeout, Message: "the body arrived too slowly", Err: err}
	}
	return n, err
}

// piece is how many bytes may move before the deadline may have to.
func (p *pace) piece() int64 {
	if p.set == nil {
		return math.MaxInt64
	}
	return p.need
}

// write writes in pieces that the client has to take at the pace.
func (w *response) write(b []byte) (n int, err error) {
	for {
		w.pace.wait()
		m, err := w.ResponseWriter.Write(b[n:][:min(int64(len(b)-n), w.pace.piece())])
		w.count(int64(m))
		if n += m; err != nil || n == len(b) {
			return n, err
		}
	}
}

// readFrom sends in pieces too, each as an io.LimitedReader of src itself:
// net/http knows a file in one, and not in two around each other.
func (w *response) readFrom(src io.Reader) (n int64, err error) {
	whole, limited := src.(*io.LimitedReader)
	if !limited {
		whole = &io.LimitedReader{R: src, N: math.MaxInt64}
	}
	for {
		w.pace.wait()
		size := min(whole.N, w.pace.piece())
		m, err := io.Copy(w.ResponseWriter, &io.LimitedReader{R: whole.R, N: size})
		w.count(m)
		n += m
		if whole.N -= m; err != nil || m < size || whole.N <= 0 {
			return n, err
		}
	}
}

// count notes bytes that the client has taken.
func (w *response) count(n int64) {
	w.pace.moved(n)
	if w.request.Method != http.MethodHead {
		w.sent += n
	}
}
