package review

// needs lists the variables that need a value, those without one first. Names that
// several lack come before, with a field for all of them.
func (r *Review) needs(p *page, missing []string) {
	without := make(map[string]bool, len(missing))
	for _, place := range missing {
		without[place] = true
	}
	from, lacking := r.known()
	l := listing{page: p, lacking: lacking, index: map[string]int{}, room: mostValues}
	for _, first := range []bool{true, false} {
		for n, o := range r.objects {
			if _, needs := r.chosen.Values[o.Place]; !needs || without[o.Place] != first {
				continue
			}
			shown := need{N: n, Name: legible(visible(o.Name), 200), From: legible(from[o.Place], 200), Given: r.draft.values[o.Place] != ""}
			if o.parent != n {
				shown.Of = name(r.objects[o.parent].Item)
			}
			if r.Apply == nil {
				l.read(shown)
				continue
			}
			forAll := r.draft.shared[o.Name] != ""
			shown.Shared = forAll && shown.From == "" && !shown.Given
			l.enter(o.Name, shown, forAll)
		}
	}
}

// known says where values come from that the reviewer need not enter, by place, and how
// many variables of a name lack one of their own.
func (r *Review) known() (from map[string]string, lacking map[string]int) {
	from, lacking = map[string]string{}, map[string]int{}
	for place, reference := range r.chosen.Values {
		if r.Apply == nil {
			from[place] = string(reference)
		} else if from[place] = r.Known(place, reference); from[place] == "" && r.draft.values[place] == "" {
			lacking[nameAt(place)]++
		}
	}
	return from, lacking
}

// listing lists values on a page, as many as there is room for.
type listing struct {
	*page
	lacking map[string]int
	index   map[string]int // of the field for all of a name, and 1
	room    int
}

// read lists a value that whoever applies the plan reads.
func (l *listing) read(shown need) {
	if len(l.Reads) == mostLines {
		l.MoreReads++
		return
	}
	l.Reads = append(l.Reads, shown)
}

// enter lists a field for a value, under that for all of its name if there is one.
func (l *listing) enter(name string, shown need, forAll bool) {
	of := l.shared(name, shown, forAll)
	switch {
	case of != nil && len(of.Needs) < mostValues && l.room > 0:
		of.Needs, l.room = append(of.Needs, shown), l.room-1
	case of != nil:
		of.More++
	case len(l.Needs) < mostValues:
		l.Needs = append(l.Needs, shown)
	default:
		l.MoreNeeds++
	}
}

// shared is the field for all variables of a name, if several lack a value, or one that
// has it from there.
func (l *listing) shared(name string, first need, forAll bool) *sharedNeed {
	total := l.lacking[name]
	if l.index[name] == 0 && (total > 1 || forAll && total > 0) && len(l.SharedNeeds) < mostValues {
		l.SharedNeeds = append(l.SharedNeeds, sharedNeed{N: first.N, Name: first.Name, Total: total, Given: forAll})
		l.index[name] = len(l.SharedNeeds)
	}
	if l.index[name] == 0 {
		return nil
	}
	return &l.SharedNeeds[l.index[name]-1]
}
