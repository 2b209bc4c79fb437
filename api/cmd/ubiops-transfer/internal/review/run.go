package review

import (
	"context"
	"errors"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// start begins what the reviewer has confirmed, unless something is missing. It
// reports whether that runs now, or did before.
func (r *Review) start() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil || r.isEnded() {
		return true
	}
	if r.chosen == nil || r.chosen.Counts.Conflict > 0 || len(r.missing()) > 0 {
		return false
	}
	if r.Apply == nil {
		r.lines = append(r.lines, "The plan is approved.")
		close(r.ended)
		return true
	}
	ctx, stop := context.WithCancel(r.ctx)
	r.running, r.lines = stop, nil
	agreed, values := r.chosen, r.draft.values
	go func() {
		defer stop()
		r.done(r.Apply(ctx, agreed, values, r.report))
	}()
	return true
}

// busy reports whether there is nothing to enter: something runs, or it is all over.
func (r *Review) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running != nil || r.isEnded()
}

func (r *Review) isEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

func (r *Review) report(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, legible(line, mostText))
	r.tell()
}

// tell wakes up those who wait for news.
func (r *Review) tell() {
	close(r.news)
	r.news = make(chan struct{})
}

// done takes what Apply returns. If the project has changed, the reviewer decides
// again about what is there now.
func (r *Review) done(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = nil
	if changed, ok := errors.AsType[*plan.ChangedError](err); ok && changed.What == "target" {
		failed := r.plan(r.ctx, r.draft, true)
		if failed == nil {
			r.changes = append(changed.Changes, r.changes...)
			r.notes, r.version = nil, r.version+1
			r.tell()
			return
		}
		err = errors.Join(err, failed)
	}
	r.err = err
	r.draft.values = nil
	close(r.ended)
	r.tell()
}

// stop stops what runs.
func (r *Review) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil {
		r.running()
	}
}

// cancel decides against the import, unless that runs already.
func (r *Review) cancel() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running == nil && !r.isEnded() {
		r.err = ErrCancelled
		close(r.ended)
	}
}

// follow writes the steps as they are taken, and then the result. If the project has
// changed, that is the review of the new plan.
func (r *Review) follow(w http.ResponseWriter, req *http.Request) {
	out := writer{w: w}
	for written, running := 0, true; running; {
		var news chan struct{}
		written, running, news = r.addSteps(&out, written)
		if !running {
			break
		}
		if out.flush(); out.err != nil {
			return
		}
		select {
		case <-news:
		case <-req.Context().Done():
			return
		}
	}
	ended, err := r.addEnd(&out)
	if out.send(); err == nil && out.err == nil && ended {
		r.seen.Do(func() { close(r.shown) })
	}
}

// addSteps adds the steps since so many were written, and returns how many there are,
// whether there may be more, and what closes then.
func (r *Review) addSteps(out *writer, written int) (all int, running bool, news chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	running = r.running != nil
	if written == 0 && out.n == 0 {
		p := page{}
		r.head(&p)
		out.add("head", p)
		out.add("running", struct {
			Running bool
			CSRF    string
		}{running, r.csrf})
	}
	for _, line := range r.lines[min(written, len(r.lines)):] {
		out.add("step", line)
	}
	return max(written, len(r.lines)), running, r.news
}

// addEnd adds the result, or the review of the new plan.
func (r *Review) addEnd(out *writer) (ended bool, err error) {
	out.add("ran", nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	if ended = r.isEnded(); ended {
		is := r.result()
		is.Back = r.Back
		out.add("result", is)
	} else {
		p, err := r.page(look{open: -1})
		if err != nil {
			return false, err
		}
		out.add("review", p)
	}
	out.add("foot", nil)
	return ended, nil
}

// result is what a reviewer reads in the end.
type result struct {
	Good    bool
	Title   string
	Details []string
	Back    string
}

func (r *Review) result() result {
	switch {
	case r.err == nil && r.Apply == nil:
		return result{Good: true, Title: "Approved"}
	case r.err == nil:
		return result{Good: true, Title: "Done", Details: r.lines[max(0, len(r.lines)-1):]}
	case errors.Is(r.err, ErrCancelled):
		left := r.Left
		if left == "" {
			left = "Nothing was sent, and nothing is left behind."
		}
		return result{Title: "Cancelled", Details: []string{left}}
	case errors.Is(r.err, context.Canceled):
		return result{Title: "Stopped", Details: clipped(splitLines(r.err.Error()))}
	}
	return result{Title: "Not done, or not as planned", Details: clipped(splitLines(r.err.Error()))}
}
