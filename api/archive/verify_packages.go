package archive

import "os"

// packageIn judges the package that an entry of the archive is: in place if
// the archive stores it, else in its copy.
func (v *verification) packageIn(c *container, e entry, data int64, copied *os.File) error {
	p := &container{source: c.source, start: c.start + data, size: int64(e.UncompressedSize64), path: e.Name, packed: e.CompressedSize64} //nolint:gosec // within the limits
	if copied != nil {
		p.source, p.start = &source{ctx: v.ctx, file: copied}, 0
	}
	return v.verify(p)
}
