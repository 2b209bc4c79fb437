package archive

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
)

// origin is where an archive is read from: a ZIP file or a directory tree. An
// entry of a tree is a zip.File too, with nothing but a header.
type origin interface {
	// open opens a file of the archive.
	open(f *zip.File) (io.ReadCloser, error)
	// texts reads files whose sizes have been judged, in any order, and gives
	// each to take, until that returns false. The bytes are good for the call.
	texts(files []*zip.File, take func(f *zip.File, text []byte, err error) bool)
	// inPlace returns where a file can be read at any offset, or nil.
	inPlace(f *zip.File) (io.ReaderAt, error)
	// checksums tells whether the CRC-32 of files is known.
	checksums() bool
}

// RangeOpener is what the reader given to [Open] may offer beside ReadAt: one
// reader of the n bytes from off on, such as the body of one request to an
// object store. [Archive.OpenPackage] then calls it once for a package; n also
// covers the few bytes that ZIP puts around it. The reader is closed with the
// package, possibly before its end. Without it, a package is read by ReadAt
// in pieces of 1 MiB.
type RangeOpener interface {
	OpenRange(off, n int64) (io.ReadCloser, error)
}

// zipFile is a ZIP file that was judged by its directory.
type zipFile struct {
	*directory
	files    []*zip.File
	raw      map[*zip.File]string // names as the file has them, where they are read in another way
	warnings Findings
}

// name returns the name of an entry as the ZIP file has it.
func (z *zipFile) name(f *zip.File) string {
	if raw, ok := z.raw[f]; ok {
		return raw
	}
	return f.Name
}

// readZip judges a ZIP file, the archive or a package in it, by its directory.
func readZip(r io.ReaderAt, size int64, limits Limits, isPackage bool) (*zipFile, error) {
	dir, err := readDirectory(r, size, limits)
	if err != nil {
		return nil, err
	}
	z := &zipFile{directory: dir}
	if z.files, err = dir.entries(); err != nil {
		return nil, err
	}
	if z.raw = slashes(z.files); z.raw != nil {
		z.warnings.warnf(CodeBackSlash, "", backSlashes)
	}
	found, warnings := judgeEntries(z.files, dir.offset, limits, isPackage)
	z.warnings = append(z.warnings, warnings...)
	return z, found.err()
}

// openZip judges a ZIP file and returns its entries.
func openZip(r io.ReaderAt, size int64, limits Limits, isPackage bool) (*zipOrigin, error) {
	z, err := readZip(r, size, limits, isPackage)
	if err != nil {
		return nil, err
	}
	spans, err := entrySpans(z.files, z.offsets, z.offset)
	return &zipOrigin{zipFile: z, file: r, spans: spans}, err
}

// zipOrigin reads the entries of a ZIP file.
type zipOrigin struct {
	*zipFile
	file  io.ReaderAt
	spans map[*zip.File]span
}

func (z *zipOrigin) checksums() bool { return true }

func (z *zipOrigin) inPlace(f *zip.File) (io.ReaderAt, error) {
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

func (z *zipOrigin) open(f *zip.File) (io.ReadCloser, error) {
	s := z.spans[f].atMost(f)
	var from io.ReadCloser
	if ranges, ok := z.file.(RangeOpener); ok {
		var err error
		if from, err = ranges.OpenRange(s.start, s.end-s.start); err != nil {
			return nil, readError(f, err)
		}
	} else {
		from = io.NopCloser(io.NewSectionReader(z.file, s.start, s.end-s.start))
	}
	return newEntryReader(f, z.name(f), from, s.end-s.start)
}

const (
	runGap  = 64 << 10 // bytes between documents that are read rather than left out
	runSize = 4 << 20  // bytes that are read at once, unless one document has more
)

// texts reads documents that lie next to each other with one read.
func (z *zipOrigin) texts(files []*zip.File, take func(*zip.File, []byte, error) bool) {
	files = slices.SortedFunc(slices.Values(files), func(a, b *zip.File) int {
		return cmp.Compare(z.spans[a].start, z.spans[b].start)
	})
	var memory []byte
	var text bytes.Buffer
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
				err = readInto(&text, rc)
			}
			if !take(f, text.Bytes(), err) {
				return
			}
		}
		files = files[n:]
	}
}

// run returns the range of the first n files that are worth one read.
func (z *zipOrigin) run(files []*zip.File) (run span, n int) {
	run = z.spans[files[0]].atMost(files[0])
	for n = 1; n < len(files); n++ {
		next := z.spans[files[n]].atMost(files[n])
		if next.start-run.end > runGap || next.end-run.start > runSize {
			break
		}
		run.end = next.end
	}
	return run, n
}

func readInto(text *bytes.Buffer, rc io.ReadCloser) error {
	text.Reset()
	_, err := text.ReadFrom(rc)
	return errors.Join(err, rc.Close())
}
