package review

import (
	"context"
	"crypto/subtle"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// How large what a reviewer enters may be, and the form of somebody who only signs in
// or out or opens a review, in bytes; and how long a form may be on its way.
const (
	maxForm      = 4 << 20
	maxSmallForm = 16 << 10
	formTimeout  = time.Minute
)

// readForm reads a form of so many bytes at most.
func readForm(w http.ResponseWriter, req *http.Request, most int64) error {
	control := http.NewResponseController(w)
	limited := control.SetReadDeadline(time.Now().Add(formTimeout)) == nil
	req.Body = http.MaxBytesReader(w, req.Body, most)
	err := req.ParseForm()
	if limited { // or the connection would seem to end
		err = errors.Join(err, control.SetReadDeadline(time.Time{}))
	}
	return err
}

// fromPage reports whether a form was sent by a page of this review.
func (r *Review) fromPage(req *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(req.PostFormValue("csrf")), []byte(r.csrf)) == 1
}

// update takes what was entered on a page, as far as that page still holds. It reports
// the number of the plan if that is the one that the page shows, and else 0: then it has
// to be seen before the import may begin.
func (r *Review) update(ctx context.Context, form url.Values) (seen int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil || r.isEnded() {
		return 0, nil
	}
	if form.Get("plan") == itoa(r.plans) {
		seen = r.plans
	}
	r.notes, r.ticked = nil, map[string]bool{}
	if form.Get("version") != itoa(r.version) {
		r.notes = []string{"The project was read again meanwhile: nothing that you had entered since was taken."}
		return 0, nil
	}
	d, again := r.draft, false
	d.values, d.shared = maps.Clone(d.values), maps.Clone(d.shared)
	for field, values := range form {
		kind, number, _ := strings.Cut(field, ":")
		o := r.numbered(number)
		if o == nil || values[0] == "" {
			continue
		}
		switch kind {
		case "value":
			d.values[o.Place] = values[0]
		case "shared":
			d.shared[o.Name] = values[0]
		}
	}
	if r.fixed {
		r.draft = d
		return seen, nil
	}
	for _, x := range r.exchanges(&d) {
		x.read(form)
	}
	if mode := plan.OnConflict(form.Get("mode")); slices.Contains([]plan.OnConflict{plan.Fail, plan.Skip, plan.Overwrite}, mode) {
		d.mode = mode
	}
	again = d.mode != r.draft.mode || !maps.Equal(d.types, r.draft.types) || !maps.Equal(d.envs, r.draft.envs)
	var on, off []string
	for _, number := range strings.Fields(strings.Join(form["shown"], " ")) {
		o := r.numbered(number)
		if o == nil {
			continue
		}
		taken, was := slices.Contains(form["take"], number), !r.draft.left[o.Place]
		if taken && !was {
			on = append(on, o.Place)
			r.ticked[kindOf(*o)] = true
		} else if was && !taken {
			off = append(off, o.Place)
			r.ticked[kindOf(*o)] = true
		}
	}
	if len(on)+len(off) > 0 {
		r.notes, again = r.tick(&d, on, off), true
	}
	if !again {
		r.draft = d
		return seen, nil
	}
	made, err := r.plan(ctx, d, false)
	if err == nil {
		r.take(made)
	} else if refused, ok := errors.AsType[*plan.RefusedError](err); ok {
		r.notes, err = []string{"That cannot be planned: " + refused.Error()}, nil
	}
	return 0, err
}

func (r *Review) numbered(text string) *object {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n >= len(r.objects) {
		return nil
	}
	return &r.objects[n]
}
