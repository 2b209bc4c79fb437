package models

// spares are variables for the values of dictionaries, which have no address of
// their own. They are zero.
type spares struct{ all []any }

// spare takes a variable out, or makes one.
func spare[T any](s *spares) *T {
	for i, v := range s.all {
		if v, ok := v.(*T); ok {
			last := len(s.all) - 1
			s.all[i] = s.all[last]
			s.all = s.all[:last]
			return v
		}
	}
	return new(T)
}

// put puts it back.
func put[T any](s *spares, v *T) {
	*v = *new(T)
	s.all = append(s.all, v)
}
