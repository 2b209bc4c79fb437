package archive

import "cmp"

// Limits bound what [Open], [OpenFS] and [Verify] accept. A field that is zero
// or less takes its
// default. The defaults let a project of 50 GiB in tens of thousands of
// versions through.
type Limits struct {
	Entries       int   // entries, directories included; default 200,000
	DirectorySize int64 // bytes of the ZIP file's own directory, read into memory; default 64 MiB
	TotalSize     int64 // bytes of all entries, uncompressed; default 256 GiB
	EntrySize     int64 // bytes of one entry, uncompressed; default 64 GiB
	Ratio         int64 // uncompressed to compressed, for entries over 1 MiB; default 200
	DocumentSize  int64 // bytes of one YAML document, as text and as packed; default 1 MiB. Parsing takes up to about 150 times as much memory
	DocumentsSize int64 // bytes of all YAML documents; default 256 MiB
	Depth         int   // nesting of a YAML document; default 64
}

// DefaultLimits returns the limits that hold where none are given.
func DefaultLimits() Limits {
	return Limits{
		Entries:       200_000,
		DirectorySize: 64 << 20,
		TotalSize:     256 << 30,
		EntrySize:     64 << 30,
		Ratio:         200,
		DocumentSize:  1 << 20,
		DocumentsSize: 256 << 20,
		Depth:         64,
	}
}

// Option changes how [Open], [OpenFS] and [Verify] work: see [WithLimits] and
// [OnWarning].
type Option interface{ applyOpen(o *options) }

type options struct {
	limits Limits
	warn   func(*Finding)
	memory func(int64) error
}

type openOption func(*options)

func (f openOption) applyOpen(o *options) { f(o) }

// WithLimits sets the limits. Without it, [DefaultLimits] hold.
func WithLimits(l Limits) Option {
	return openOption(func(o *options) { o.limits = l })
}

// WithMemory has f asked before documents are read, with an estimate of the bytes
// of memory that they take then. Reading begins when f returns, and does not with
// an error, which [Open] and [OpenFS] return. So a server lets large archives wait
// for each other.
func WithMemory(f func(bytes int64) error) Option {
	return openOption(func(o *options) { o.memory = f })
}

func optionsOf(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt.applyOpen(&o)
	}
	o.limits = o.limits.orDefault()
	return o
}

// orDefault puts the default in the place of what is zero or less.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	return Limits{
		Entries:       positive(l.Entries, d.Entries),
		DirectorySize: positive(l.DirectorySize, d.DirectorySize),
		TotalSize:     positive(l.TotalSize, d.TotalSize),
		EntrySize:     positive(l.EntrySize, d.EntrySize),
		Ratio:         positive(l.Ratio, d.Ratio),
		DocumentSize:  positive(l.DocumentSize, d.DocumentSize),
		DocumentsSize: positive(l.DocumentsSize, d.DocumentsSize),
		Depth:         positive(l.Depth, d.Depth),
	}
}

func positive[T cmp.Ordered](value, def T) T {
	var zero T
	if value > zero {
		return value
	}
	return def
}
