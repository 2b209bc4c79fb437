package archive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// source is a file as long as the context lasts. It keeps the error that the
// file gave, which readers on top of it would mix with faults of the archive.
type source struct {
	ctx  context.Context
	file io.ReaderAt
	err  error
}

// ReadAt reads from the file.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
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

// fault names the entry in an error that is none of the archive.
func fault(e entry, err error) error {
	return fmt.Errorf("reading %s: %w", display(e.Name), err)
}

// stream reads a ZIP file from front to back, and jumps where it has to.
type stream struct {
	in   *bufio.Reader
	file *io.SectionReader
	pos  int64 // of the next byte
	end  int64 // where reading ends with io.EOF
}

const streamSize = 256 << 10

// stream takes the buffer of the container's level.
func (v *verification) stream(c *container, file *io.SectionReader) *stream {
	level := 0
	if c.isPackage() {
		level = 1
	}
	if v.streams[level] == nil {
		v.streams[level] = bufio.NewReaderSize(nil, streamSize)
	}
	s := &stream{in: v.streams[level], file: file}
	s.in.Reset(file)
	return s
}

// section lets the next reads give the bytes from start to end.
func (s *stream) section(start, end int64) error {
	ahead := start - s.pos
	s.pos, s.end = start, end
	if ahead >= 0 && ahead <= int64(s.in.Buffered()) {
		_, err := s.in.Discard(int(ahead))
		return err
	}
	_, err := s.file.Seek(start, io.SeekStart)
	s.in.Reset(s.file)
	return err
}

// Read reads to the end of the section.
func (s *stream) Read(p []byte) (int, error) {
	if s.pos >= s.end {
		return 0, io.EOF
	}
	n, err := s.in.Read(p[:min(int64(len(p)), s.end-s.pos)])
	s.pos += int64(n)
	return n, err
}

// ReadByte lets flate take no byte more than it needs.
func (s *stream) ReadByte() (byte, error) {
	if s.pos >= s.end {
		return 0, io.EOF
	}
	b, err := s.in.ReadByte()
	if err == nil {
		s.pos++
	}
	return b, err
}

// peek returns the bytes from start on that a data descriptor may have.
func (s *stream) peek(start, end int64) ([]byte, error) {
	if err := s.section(start, end); err != nil {
		return nil, err
	}
	b, err := s.in.Peek(int(min(descriptorLen, end-start)))
	return b, err
}
