package cli

import (
	"github.com/ubiops-contrib/transfer/api/plan"
)

// planNow compares what was agreed to with a plan of now, and reports whether there
// is nothing to create.
func (a *applying) planNow(o plan.Overrides, mode plan.OnConflict) (nothing bool, err error) {
	again, err := a.projectReader.plan(a.in, o, mode)
	if err != nil {
		return false, err
	}
	a.staying = differing(again)
	if nothingToDo(a.plan, again) {
		return true, nil
	}
	if a.plan == nil {
		err = a.changed(again, nil)
	} else if changed := a.plan.Same(again); changed != nil {
		err = a.changed(again, changed)
	}
	return false, err
}

// nothingToDo reports whether a plan of now creates nothing, and the target has no object
// in another way that it had not so when it was planned. There may have been no plan.
func nothingToDo(planned, now *plan.Plan) bool {
	if now.Counts.Conflict > 0 || len(plan.Items(now.Confirmation)) > 0 {
		return false
	}
	if planned == nil {
		return true
	}
	before := differing(planned)
	for place := range differing(now) {
		if !before[place] {
			return false
		}
	}
	return true
}

// differing are the places of objects that the target has in another way.
func differing(p *plan.Plan) map[string]bool {
	places := map[string]bool{}
	for _, row := range p.Rows {
		if row.Member == "" && row.Class == plan.Different {
			places[row.Place] = true
		}
	}
	return places
}
