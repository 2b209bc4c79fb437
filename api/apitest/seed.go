package apitest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
)

// A Seed is what a project holds in the beginning.
type Seed struct {
	load func(ctx context.Context, s *server.Server, project string) error
}

// FromReader takes everything in the archive that r holds in its first size
// bytes.
func FromReader(r io.ReaderAt, size int64) Seed {
	return Seed{func(ctx context.Context, s *server.Server, project string) error {
		return s.Load(ctx, project, r, size)
	}}
}

// FromBytes takes everything in an archive.
func FromBytes(zip []byte) Seed { return FromReader(bytes.NewReader(zip), int64(len(zip))) }

// FromFile takes everything in an archive in a file.
func FromFile(path string) Seed {
	return Seed{func(ctx context.Context, s *server.Server, project string) error {
		file, err := os.Open(path) //nolint:gosec // the test chooses it
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // only read
		info, err := file.Stat()
		if err != nil {
			return err
		}
		if err := s.Load(ctx, project, file, info.Size()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}}
}

// FromContent takes objects as models. The members zip name their packages,
// whose bytes are in the map; packages may be nil if there are none. A
// package that no object names is an error, as is a name without a package.
func FromContent(content archive.Content, packages map[string][]byte) Seed {
	return Seed{func(ctx context.Context, s *server.Server, project string) error {
		unused := maps.Clone(packages)
		var zip bytes.Buffer
		err := archive.Write(&zip, content, func(path string) (io.ReadCloser, error) {
			data, ok := packages[path]
			if !ok {
				return nil, fmt.Errorf("there is no package %q", path)
			}
			delete(unused, path)
			return io.NopCloser(bytes.NewReader(data)), nil
		})
		if err != nil {
			return err
		}
		if len(unused) > 0 {
			return fmt.Errorf("no object has the packages %q", slices.Sorted(maps.Keys(unused)))
		}
		return FromBytes(zip.Bytes()).load(ctx, s, project)
	}}
}
