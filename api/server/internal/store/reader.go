package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// NewReader returns the blob b, whose source has so many bytes. If that is an
// [*os.File], WriteTo lets the kernel send to a connection or copy to a file. Close
// closes the source if that can be closed.
func NewReader(ctx context.Context, source io.ReaderAt, size int64, b Blob) (Reader, error) {
	if size != b.Size {
		return nil, fmt.Errorf("blob %s has %d bytes instead of %d: %w", b.Key, size, b.Size, ErrDamaged)
	}
	sound, err := newSound(source, b)
	if err != nil {
		return nil, err
	}
	return &section{ctx: ctx, source: source, sound: sound, file: new(sync.Mutex), end: size, whole: true}, nil
}

// section is a part of a blob, or all of it.
type section struct {
	ctx    context.Context // that the blob was opened with
	source io.ReaderAt
	sound  *sound // asked before each read
	// file guards the position of a file, which is where the kernel sends from;
	// every other way of reading states its own.
	file       *sync.Mutex
	begin, end int64
	at         int64 // of the next Read, from begin
	whole      bool
}

// Size implements [Reader].
func (s *section) Size() int64 { return s.end - s.begin }

// ReadAt implements [io.ReaderAt].
func (s *section) ReadAt(p []byte, off int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	switch {
	case off < 0:
		return 0, fmt.Errorf("reading a blob at %d: %w", off, fs.ErrInvalid)
	case off >= s.Size():
		return 0, io.EOF
	}
	ahead := min(int64(len(p)), s.Size()-off)
	if err := s.sound.check(s.begin+off, ahead); err != nil {
		return 0, err
	}
	n, err := s.source.ReadAt(p[:ahead], s.begin+off)
	switch {
	case int64(n) < ahead && errors.Is(err, io.EOF):
		err = short(s.source)
	case int64(n) == ahead:
		if err = nil; int(ahead) < len(p) {
			err = io.EOF
		}
	}
	return n, err
}

// Read implements [io.Reader].
func (s *section) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p, s.at)
	s.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil // it comes with the next Read
	}
	return n, err
}

// chunkSize is how much the kernel sends before the context is looked at.
const chunkSize = 4 << 20

// WriteTo implements [io.WriterTo].
func (s *section) WriteTo(w io.Writer) (total int64, err error) {
	file, isFile := s.source.(*os.File)
	to, ok := w.(io.ReaderFrom)
	if !isFile || !ok {
		return CopyBuffer(s.ctx, w, s)
	}
	for s.at < s.Size() && err == nil {
		var n int64
		n, err = s.send(to, file, min(s.Size()-s.at, chunkSize))
		s.at += n
		total += n
	}
	return total, err
}

// send lets the kernel copy, if to knows how to.
func (s *section) send(to io.ReaderFrom, file *os.File, n int64) (int64, error) {
	if err := errors.Join(s.ctx.Err(), s.sound.check(s.begin+s.at, n)); err != nil {
		return 0, err
	}
	s.file.Lock()
	defer s.file.Unlock()
	if _, err := file.Seek(s.begin+s.at, io.SeekStart); err != nil {
		return 0, err
	}
	sent, err := to.ReadFrom(&io.LimitedReader{R: file, N: n})
	if err == nil && sent < n {
		err = short(file)
	}
	return sent, err
}

func short(source io.ReaderAt) error {
	name := "a blob"
	if file, ok := source.(*os.File); ok {
		name = file.Name()
	}
	return fmt.Errorf("%s was cut short: %w", name, io.ErrUnexpectedEOF)
}

// Seek implements [io.Seeker].
func (s *section) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.Size()
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, fmt.Errorf("seeking in a blob: %w", fs.ErrInvalid)
	}
	s.at = offset
	return offset, nil
}

// OpenRange implements [Reader].
func (s *section) OpenRange(off, n int64) (io.ReadCloser, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	if off < 0 || n < 0 || off > s.Size() || n > s.Size()-off {
		return nil, fmt.Errorf("the blob of %d bytes has no %d bytes at %d: %w", s.Size(), n, off, fs.ErrInvalid)
	}
	begin := s.begin + off
	return &section{ctx: s.ctx, source: s.source, sound: s.sound, file: s.file, begin: begin, end: begin + n}, nil
}

// Close leaves the source of a range to its blob.
func (s *section) Close() error {
	if source, ok := s.source.(io.Closer); ok && s.whole {
		return source.Close()
	}
	return nil
}
