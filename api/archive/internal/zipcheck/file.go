package zipcheck

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
)

// Limits bound what is accepted. All are positive.
type Limits struct {
	Entries       int   // entries, directories included
	DirectorySize int64 // bytes of the ZIP file's own directory
	TotalSize     int64 // bytes of all entries, uncompressed
	EntrySize     int64 // bytes of one entry, uncompressed
	Ratio         int64 // uncompressed to compressed, for entries over 1 MiB
}

// Rules say which names and kinds of entries are accepted.
type Rules uint8

// The rules for names and kinds.
const (
	EverySystem Rules = iota // what every system can hold
	Linux                    // what Linux can hold; what other systems cannot is a warning
)

// File is a ZIP file whose directory was checked.
type File struct {
	Entries  []*zip.File // in the order of the directory
	Warnings Faults

	*directory
	raw   map[*zip.File]string // names as the file has them, if they are read in another way
	spans map[*zip.File]span
}

// Read reads the directory of a ZIP file and checks it. r holds the file in its
// first size bytes.
func Read(r io.ReaderAt, size int64, limits Limits, rules Rules) (*File, error) {
	dir, err := readDirectory(r, size, limits)
	if err != nil {
		return nil, err
	}
	z := &File{directory: dir}
	if z.Entries, err = dir.entries(); err != nil {
		return nil, err
	}
	if z.raw = slashes(z.Entries); z.raw != nil {
		z.Warnings.add(BackSlash, "", backSlashes)
	}
	found, warnings := CheckEntries(z.Entries, dir.offset, limits, rules)
	z.Warnings = append(z.Warnings, warnings...)
	return z, found.Err()
}

// ReadSpans is [Read] for a file whose entries are read with [File.Open] and
// [File.ReadEach]: it refuses entries that overlap too.
func ReadSpans(r io.ReaderAt, size int64, limits Limits, rules Rules) (*File, error) {
	z, err := Read(r, size, limits, rules)
	if err != nil {
		return nil, err
	}
	z.spans, err = entrySpans(z.Entries, z.offsets, z.offset)
	return z, err
}

// name returns the name of an entry as the ZIP file has it.
func (z *File) name(f *zip.File) string {
	if raw, ok := z.raw[f]; ok {
		return raw
	}
	return f.Name
}

// rangeOpener is what the reader of a file may offer beside ReadAt: one reader of
// the n bytes from off on.
type rangeOpener interface {
	OpenRange(off, n int64) (io.ReadCloser, error)
}

// Open opens an entry.
func (z *File) Open(f *zip.File) (*EntryReader, error) {
	s := z.spans[f].atMost(f)
	var from io.ReadCloser
	if ranges, ok := z.file.(rangeOpener); ok {
		var err error
		if from, err = ranges.OpenRange(s.start, s.end-s.start); err != nil {
			return nil, readError(f, err)
		}
	} else {
		from = io.NopCloser(io.NewSectionReader(z.file, s.start, s.end-s.start))
	}
	return newEntryReader(f, z.name(f), from, s.end-s.start)
}

// InPlace returns the bytes of an entry where they lie in the file, or nil for an
// entry that is compressed.
func (z *File) InPlace(f *zip.File) (io.ReaderAt, error) {
	if f.Method != zip.Store {
		return nil, nil
	}
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, entryError(f, err)
	}
	at, _ := raw.(io.ReaderAt) // if archive/zip ever has another reader, it is spooled
	return at, nil
}

const (
	// RunGap is how many bytes between entries are read rather than left out.
	RunGap = 64 << 10
	// RunSize is how many bytes are read at once, unless one entry has more.
	RunSize = 4 << 20
)

// ReadEach reads entries in the order in which they lie in the file, those next to
// each other with one read, and gives each to take, until that returns false. The
// bytes are good for the call.
func (z *File) ReadEach(files []*zip.File, take func(f *zip.File, data []byte, err error) bool) {
	files = slices.SortedFunc(slices.Values(files), func(a, b *zip.File) int {
		return cmp.Compare(z.spans[a].start, z.spans[b].start)
	})
	var memory []byte
	var data bytes.Buffer
	for len(files) > 0 {
		run, n := z.run(files)
		length := int(run.end - run.start)
		memory = slices.Grow(memory[:0], length)[:length]
		if err := readFull(z.file, memory, run.start); err != nil {
			take(files[0], nil, err)
			return
		}
		for _, f := range files[:n] {
			s := z.spans[f].atMost(f)
			from := bytes.NewReader(memory[s.start-run.start : s.end-run.start])
			rc, err := newEntryReader(f, z.name(f), io.NopCloser(from), from.Size())
			if err == nil {
				err = ReadInto(&data, rc)
			}
			if !take(f, data.Bytes(), err) {
				return
			}
		}
		files = files[n:]
	}
}

// run returns the range of the first n entries that are worth one read.
func (z *File) run(files []*zip.File) (run span, n int) {
	run = z.spans[files[0]].atMost(files[0])
	for n = 1; n < len(files); n++ {
		next := z.spans[files[n]].atMost(files[n])
		if next.start-run.end > RunGap || next.end-run.start > RunSize {
			break
		}
		run.end = next.end
	}
	return run, n
}

// ReadInto reads all of rc in the place of what the buffer holds, and closes it.
func ReadInto(data *bytes.Buffer, rc io.ReadCloser) error {
	data.Reset()
	_, err := data.ReadFrom(rc)
	return errors.Join(err, rc.Close())
}
