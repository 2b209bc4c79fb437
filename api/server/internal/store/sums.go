package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
	"sync/atomic"
)

// ErrDamaged is wrapped by errors of a blob whose bytes are not those that were
// written.
var ErrDamaged = errors.New("what is stored has changed")

// sumBlock is how many bytes have a checksum of their own: few enough that a small
// read does not cost much, and that they stay in the cache of a core.
const sumBlock = 256 << 10

// Sums is a writer that makes the checksums of a blob.
type Sums struct {
	done  []byte
	block uint32
	size  int // of the block
}

// Write implements [io.Writer]. It does not fail.
func (s *Sums) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), sumBlock-s.size)
		s.block = crc32.Update(s.block, crc32.IEEETable, rest[:n])
		rest = rest[n:]
		if s.size += n; s.size == sumBlock {
			s.done = binary.LittleEndian.AppendUint32(s.done, s.block)
			s.block, s.size = 0, 0
		}
	}
	return len(p), nil
}

// String returns the checksums so far as [Blob] has them.
func (s *Sums) String() string {
	if s.size == 0 {
		return string(s.done)
	}
	return string(binary.LittleEndian.AppendUint32(s.done[:len(s.done):len(s.done)], s.block))
}

// sound checks the blocks of a blob before they are read, each once.
type sound struct {
	blob   Blob
	source io.ReaderAt
	known  []atomic.Bool // the blocks that are
}

// newSound is nil for a blob without checksums.
func newSound(source io.ReaderAt, b Blob) (*sound, error) {
	blocks := (b.Size + sumBlock - 1) / sumBlock
	switch {
	case b.Sums == "":
		return nil, nil
	case int64(len(b.Sums)) != blocks*crc32.Size:
		return nil, fmt.Errorf("blob %s has %d bytes of checksums for %d blocks: %w", b.Key, len(b.Sums), blocks, ErrDamaged)
	}
	return &sound{blob: b, source: source, known: make([]atomic.Bool, blocks)}, nil
}

var blocks = sync.Pool{New: func() any { return new([sumBlock]byte) }}

// check checks the blocks of n bytes from off on, which the blob has.
func (s *sound) check(off, n int64) error {
	if s == nil {
		return nil
	}
	buffer := blocks.Get().(*[sumBlock]byte)
	defer blocks.Put(buffer)
	for i := off / sumBlock; i*sumBlock < off+n; i++ {
		if s.known[i].Load() {
			continue
		}
		begin := i * sumBlock
		p := buffer[:min(sumBlock, s.blob.Size-begin)]
		if got, err := s.source.ReadAt(p, begin); got < len(p) {
			if errors.Is(err, io.EOF) {
				err = short(s.source)
			}
			return err
		}
		if crc32.ChecksumIEEE(p) != binary.LittleEndian.Uint32([]byte(s.blob.Sums[i*crc32.Size:][:crc32.Size])) {
			return fmt.Errorf("blob %s, bytes %d to %d: %w", s.blob.Key, begin, begin+int64(len(p)), ErrDamaged)
		}
		s.known[i].Store(true)
	}
	return nil
}
