package review

// Running reports whether what was confirmed is being done.
func (r *Review) Running() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running != nil && len(r.lines) > 0
}
