package zipcheck

import (
	"bufio"
	"io"
)

// stream reads a ZIP file from front to back, and jumps when it has to.
type stream struct {
	in   *bufio.Reader
	file *io.SectionReader
	pos  int64 // of the next byte
	end  int64 // where reading ends with io.EOF
}

// StreamSize is how much is read at once.
const StreamSize = 256 << 10

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
