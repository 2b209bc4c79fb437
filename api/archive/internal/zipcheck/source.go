package zipcheck

import (
	"context"
	"errors"
	"io"
)

// Source is a file as long as the context lasts. It keeps the error that the
// file gave, which readers on top of it would mix with faults of the archive.
type Source struct {
	ctx  context.Context
	file io.ReaderAt
	err  error
}

// NewSource returns a source that reads file.
func NewSource(ctx context.Context, file io.ReaderAt) *Source { return &Source{ctx: ctx, file: file} }

// ReadAt reads from the file.
func (s *Source) ReadAt(p []byte, off int64) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.file.ReadAt(p, off)
	if n == len(p) {
		return n, nil
	}
	if err == nil || errors.Is(err, io.EOF) { // the file is shorter than was said
		err = io.ErrUnexpectedEOF
	}
	s.err = err
	return n, err
}

// Section is a part of a source.
type Section struct {
	*Source
	Start, Size int64
}

// Reader reads the section.
func (s Section) Reader() *io.SectionReader { return io.NewSectionReader(s.Source, s.Start, s.Size) }
