package archive

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// spoolMemory is how much of a spool stays in memory; few packages of code
// are larger.
const spoolMemory = 1 << 20

// spool keeps bytes to read them again: few of them in memory, more in a
// temporary file, which Close removes.
type spool struct {
	memory []byte
	file   *os.File
	size   int64
	sum    uint32
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.memory)+len(p) <= spoolMemory {
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

func (s *spool) count(p []byte, err error) (int, error) {
	s.size += int64(len(p))
	s.sum = crc32.Update(s.sum, crc32.IEEETable, p)
	return len(p), err
}

func (s *spool) Stated() (size int64, crc32 uint32) { return s.size, s.sum }

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	return bytes.NewReader(s.memory).ReadAt(p, off)
}

func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// spooled reads a spool from its start.
type spooled struct {
	*io.SectionReader
	*spool
}

func (s *spool) open() spooled { return spooled{io.NewSectionReader(s, 0, s.size), s} }

func (s spooled) ReadAt(p []byte, off int64) (int, error) { return s.SectionReader.ReadAt(p, off) }
func (s spooled) Close() error                            { return s.spool.Close() }
