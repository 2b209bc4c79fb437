package zipcheck

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// SpoolMemory is how much of a spool stays in memory; few packages of code
// are larger.
const SpoolMemory = 1 << 20

// Spool keeps bytes to read them again: few of them in memory, more in a
// temporary file, which Close removes.
type Spool struct {
	memory []byte
	file   *os.File
	size   int64
	sum    uint32
}

// Write adds bytes.
func (s *Spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.memory)+len(p) <= SpoolMemory {
		s.memory = append(s.memory, p...)
		return s.count(p, nil)
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "archive-*.tmp")
		if err != nil {
			return 0, err
		}
		s.file = file
		if _, err := file.Write(s.memory); err != nil {
			return 0, err
		}
		s.memory = nil
	}
	n, err := s.file.Write(p)
	return s.count(p[:n], err)
}

func (s *Spool) count(p []byte, err error) (int, error) {
	s.size += int64(len(p))
	s.sum = crc32.Update(s.sum, crc32.IEEETable, p)
	return len(p), err
}

// Size returns how many bytes were written.
func (s *Spool) Size() int64 { return s.size }

// Stated returns the number of bytes and their CRC-32.
func (s *Spool) Stated() (size int64, crc32 uint32) { return s.size, s.sum }

// ReadAt reads what was written.
func (s *Spool) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	return bytes.NewReader(s.memory).ReadAt(p, off)
}

// Close removes the temporary file, if there is one.
func (s *Spool) Close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// Spooled reads a spool from its start.
type Spooled struct {
	*io.SectionReader
	*Spool
}

// Open returns a reader of all that was written, which closes the spool.
func (s *Spool) Open() Spooled { return Spooled{io.NewSectionReader(s, 0, s.size), s} }

// ReadAt reads the spool.
func (s Spooled) ReadAt(p []byte, off int64) (int, error) { return s.SectionReader.ReadAt(p, off) }

// Close closes the spool.
func (s Spooled) Close() error { return s.Spool.Close() }
