package review

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// Errors of [Review.Wait] that are decisions against an import.
var (
	ErrCancelled = errors.New("cancelled in the browser")
	ErrRejected  = errors.New("rejected in the browser; the import is deleted")
)

// ErrStopped is what Apply returns if the reviewer has stopped it: it is wrapped in
// what says how far it came.
var ErrStopped = errors.New("stopped in the browser")

// Wish is how a plan is made.
type Wish struct {
	Overrides  plan.Overrides
	OnConflict plan.OnConflict
	Packages   bool // they are compared, too
}

// Replacing is what is known of whether a host replaces objects.
type Replacing int

// What can be known.
const (
	MayReplace Replacing = iota
	DoesReplace
	NeverReplaces
)

// Subject is what is reviewed.
type Subject struct {
	Archive  string          // its name
	Exported string          // when, as it says itself; may be empty
	Offered  archive.Content // what it offers; empty if only a plan is there
	Colour   string          // of the page, one of [Colours]; empty for one by host and project

	Wish // of the first plan

	// Agreed is a plan that was made before; what has changed since is said.
	Agreed *plan.Plan

	// Back leads to where the reader came from; empty if that is not a page.
	Back string

	// Replaces reports whether the host replaces objects, as far as that is known.
	Replaces Replacing

	// Left says what a cancelled review leaves behind; empty for nothing.
	Left string

	// Plan plans, with the project as it is now, and reports the steps of reading that,
	// or as it was read last. It returns what the project holds, too. Without an
	// archive, it returns the plan that there is.
	Plan func(ctx context.Context, w Wish, now bool, report func(line string)) (*plan.Plan, archive.Content, error)

	// Known says where a value comes from that the reviewer need not enter; empty if
	// there is none.
	Known func(place string, reference plan.Reference) (from string)

	// Apply does what a plan says, with the values of variables that the reviewer has
	// given, by place, and reports its steps. A [*plan.ChangedError] of the target lets
	// the reviewer decide again. It is nil if the decision is all that is wanted.
	Apply func(ctx context.Context, p *plan.Plan, values map[string]string, report func(line string)) error

	// Reject deletes the import; nil if there is none.
	Reject func(ctx context.Context) error

	// Confirmation makes a file of what is confirmed of an existing import, without
	// values. It is nil for an archive.
	Confirmation func(p *plan.Plan) ([]byte, error)

	// Command is what does the same in a terminal. It may name the files of the page,
	// plan.json and confirmation.yaml.
	Command func(p *plan.Plan) string
}

// Review is one review. All methods can be called at once.
type Review struct {
	Subject
	ctx  context.Context // of what is done
	csrf string
	// fixed says that there is nothing to choose, since only a plan is there.
	fixed bool

	reading sync.Mutex // held while a form is read

	mu      sync.Mutex
	draft   draft
	whole   *plan.Plan // of everything that there is to decide about
	chosen  *plan.Plan // of what is ticked; nil if that is nothing
	wanted  archive.Content
	target  archive.Content
	objects []object
	creates int             // how many chosen does
	notes   []string        // what the last change has brought along
	ticked  map[string]bool // the kinds of objects that it was about
	changes []string        // since the reviewer has looked first
	version int             // of the project that was read: other objects have other numbers
	plans   int             // that were made: a page shows one of them

	lines   []string // that Apply has reported
	news    chan struct{}
	running context.CancelFunc // nil unless something runs
	err     error
	ended   chan struct{} // the decision is made and done
	shown   chan struct{} // the reviewer has seen that
	seen    sync.Once
}

// draft is what a reviewer has entered.
type draft struct {
	left        map[string]bool // places of objects that are not ticked
	types, envs map[string]string
	mode        plan.OnConflict
	packages    bool
	values      map[string]string // by place
	shared      map[string]string // by the name of variables, for all that have none
}

// planned is what a draft comes to.
type planned struct {
	draft          draft
	whole, chosen  *plan.Plan
	wanted, target archive.Content
}

// New makes a review and its first plan. What the reviewer starts ends with ctx.
func New(ctx context.Context, s Subject) (*Review, error) {
	r := &Review{Subject: s, ctx: ctx, csrf: rand.Text(), fixed: len(plan.Items(s.Offered)) == 0, news: make(chan struct{}), ended: make(chan struct{}), shown: make(chan struct{})}
	r.draft = draft{left: map[string]bool{}, types: maps.Clone(s.Overrides.InstanceTypes), envs: maps.Clone(s.Overrides.Environments),
		mode: s.OnConflict, packages: s.Packages, values: map[string]string{}, shared: map[string]string{}}
	made, err := r.plan(ctx, r.draft, true)
	if err != nil {
		return nil, err
	}
	r.take(made)
	if s.Agreed != nil {
		changed, ok := errors.AsType[*plan.ChangedError](s.Agreed.Same(r.whole))
		if ok && (changed.What != "target" || s.Agreed.Host != r.whole.Host || s.Agreed.Project != r.whole.Project) {
			return nil, changed
		} else if ok {
			r.changes = changed.Changes
		}
	}
	return r, nil
}

// wish is what a draft wishes.
func (r *Review) wish(d draft) Wish {
	w := Wish{r.Overrides, d.mode, d.packages}
	w.Overrides.InstanceTypes, w.Overrides.Environments = d.types, d.envs
	return w
}

// plan plans what a draft says.
func (r *Review) plan(ctx context.Context, d draft, now bool) (*planned, error) {
	w := r.wish(d)
	whole, target, err := r.Plan(ctx, w, now, r.report)
	if err != nil {
		return nil, err
	}
	made := &planned{d, whole, whole, whole.Confirmation, target}
	if r.fixed {
		return made, nil
	}
	if made.wanted, err = w.Overrides.Apply(r.Offered); err != nil {
		return nil, err
	}
	if len(d.left) > 0 {
		made.chosen, err = r.choose(ctx, w, d, made.wanted)
	}
	return made, err
}

// take makes what was planned that of the review.
func (r *Review) take(p *planned) {
	r.draft, r.whole, r.chosen, r.wanted, r.target = p.draft, p.whole, p.chosen, p.wanted, p.target
	r.objects, r.creates, r.plans = objectsOf(p.whole), 0, r.plans+1
	if p.chosen != nil {
		r.creates = len(plan.Items(p.chosen.Confirmation))
	}
}

func (r *Review) choose(ctx context.Context, w Wish, d draft, wanted archive.Content) (*plan.Plan, error) {
	var places []string
	for _, item := range plan.Items(wanted) {
		if item.Top().Place == item.Place && !d.left[item.Place] {
			places = append(places, item.Place)
		}
	}
	if len(places) == 0 {
		return nil, nil
	}
	var err error
	if w.Overrides, err = w.Overrides.Only(r.Offered, places); err != nil {
		return nil, err
	}
	chosen, _, err := r.Plan(ctx, w, false, r.report)
	return chosen, err
}

// tick changes what is ticked, and returns what that brings along: what is needed is
// ticked too, and what needs something that is left out is not.
func (r *Review) tick(d *draft, on, off []string) (notes []string) {
	d.left = maps.Clone(d.left)
	for _, place := range on {
		delete(d.left, place)
	}
	for _, needed := range plan.Needed(r.wanted, on) {
		if d.left[needed.Place] && !slices.Contains(off, needed.Place) {
			delete(d.left, needed.Place)
			notes = append(notes, "Ticked along: "+needed.String())
		}
	}
	for _, place := range off {
		d.left[place] = true
	}
	for _, needing := range plan.Needing(r.wanted, slices.Collect(maps.Keys(d.left))) {
		if top := needing.By.Top(); !d.left[top.Place] {
			d.left[top.Place] = true
			notes = append(notes, "Left out along: "+top.String()+", since it needs "+needing.Item.String())
		}
	}
	return notes
}

// missing returns the places of variables that have no value yet.
func (r *Review) missing() (places []string) {
	if r.chosen == nil || r.Apply == nil {
		return nil
	}
	for _, place := range slices.Sorted(maps.Keys(r.chosen.Values)) {
		if r.draft.values[place] == "" && r.draft.shared[nameAt(place)] == "" && r.Known(place, r.chosen.Values[place]) == "" {
			places = append(places, place)
		}
	}
	return places
}

// nameAt is the name of the variable at a place.
func nameAt(place string) string { return jsontext.Pointer(place).LastToken() }

// values are all that the reviewer has given, by place.
func (r *Review) values() map[string]string {
	all := maps.Clone(r.draft.values)
	for place, reference := range r.chosen.Values {
		if value := r.draft.shared[nameAt(place)]; all[place] == "" && value != "" && r.Known(place, reference) == "" {
			all[place] = value
		}
	}
	return all
}
