package review

import (
	"context"
	"errors"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// start begins what the reviewer has confirmed and has seen, unless something is missing.
func (r *Review) start(seen int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seen != r.plans && r.running == nil && !r.isEnded() {
		r.notes = append(r.notes, "Nothing was begun. Confirm this plan when you have seen it.")
		return
	}
	if r.running != nil || r.isEnded() || r.chosen == nil || r.chosen.Counts.Conflict > 0 || len(r.missing()) > 0 {
		return
	}
	if r.Apply == nil {
		r.lines = append(r.lines, "The plan is approved.")
		r.end(nil)
		return
	}
	agreed, values := r.chosen, r.values()
	r.run(func(ctx context.Context) func() {
		err := r.Apply(ctx, agreed, values, r.report)
		changed, ok := errors.AsType[*plan.ChangedError](err)
		if !ok || changed.What != "target" {
			return func() { r.end(err) }
		}
		// The reviewer decides again about what is there now.
		made, failed := r.plan(ctx, r.draft, true)
		if failed != nil {
			return func() { r.end(errors.Join(err, failed)) }
		}
		return func() {
			r.take(made)
			r.changes = append(changed.Changes, r.changes...)
			r.notes, r.version = nil, r.version+1
		}
	})
}

// run lets something run until it returns what becomes of the review, which is locked
// then. Meanwhile the draft stays as it is.
func (r *Review) run(do func(ctx context.Context) func()) {
	ctx, stop := context.WithCancel(r.ctx)
	r.running, r.lines = stop, nil
	go func() {
		defer stop()
		after := do(ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running = nil
		after()
		r.tell()
	}()
}

// end ends the review, with what Wait returns.
func (r *Review) end(err error) {
	r.err = err
	r.draft.values, r.draft.shared = nil, nil
	close(r.ended)
}

// compare reads the project again, with its packages, and plans with them.
func (r *Review) compare() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil || r.isEnded() || r.fixed || r.draft.packages {
		return
	}
	r.run(func(ctx context.Context) func() {
		d := r.draft
		d.packages = true
		made, err := r.plan(ctx, d, true)
		var without *planned // of the same project, to be compared with the plan before
		if err == nil {
			without, err = r.plan(ctx, r.draft, false)
		}
		return func() {
			switch {
			case err != nil && ctx.Err() != nil:
				r.notes = []string{"Packages were not compared: that was stopped."}
				return
			case err != nil:
				r.notes = []string{"Packages were not compared: " + err.Error()}
				return
			}
			if changed, ok := errors.AsType[*plan.ChangedError](r.whole.Same(without.whole)); ok {
				r.changes = append(r.changes, changed.Changes...)
			}
			r.take(made)
			r.notes, r.version = nil, r.version+1
		}
	})
}

// reject deletes the import, if there is one.
func (r *Review) reject() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil || r.isEnded() || r.Reject == nil {
		return
	}
	r.run(func(ctx context.Context) func() {
		err := r.Reject(ctx)
		return func() {
			if err != nil {
				r.notes = []string{"The import was not deleted: " + err.Error()}
				return
			}
			r.end(ErrRejected)
		}
	})
}

// busy reports whether there is nothing to enter: something runs, or it is all over.
func (r *Review) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running != nil || r.isEnded()
}

// over reports whether the decision is made and done.
func (r *Review) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.isEnded()
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
		r.lines = nil // of reading the project, which makes no difference
		r.end(ErrCancelled)
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
		waitSending(w)
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
		if !running && len(r.lines) == 0 {
			return 0, false, r.news
		}
		out.steps = true
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
	if out.steps {
		out.add("ran", nil)
	}
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
	case errors.Is(r.err, ErrRejected):
		return result{Title: "Rejected", Details: []string{"The import is deleted. Nothing was created."}}
	case errors.Is(r.err, context.Canceled) || errors.Is(r.err, ErrStopped):
		return result{Title: "Stopped", Details: clipped(splitLines(r.err.Error()))}
	}
	return result{Title: "Not done, or not as planned", Details: clipped(splitLines(r.err.Error()))}
}
