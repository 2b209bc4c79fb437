package durability_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
)

func orDeleted(err error) error {
	if errors.Is(err, api.ErrNotFound) {
		return errOther
	}
	return err
}

// checkExport downloads an export and looks at every byte.
func checkExport(ctx context.Context, c *api.Client, id string) error {
	d, err := c.Project(project).Exports.Download(ctx, id)
	if err != nil {
		return err
	}
	data, err := whole(d)
	if err != nil {
		return err
	}
	return checkArchive(ctx, data)
}

// checkImport does so with the archive of an import.
func checkImport(ctx context.Context, c *api.Client, id string, number int) error {
	d, err := c.Project(project).Imports.Download(ctx, id)
	if err != nil {
		return err
	}
	data, err := whole(d)
	if err != nil {
		return err
	}
	if number >= 0 && !bytes.Equal(data, numberedArchive(number)) {
		return fmt.Errorf("the archive of number %d has other bytes", number)
	}
	return checkArchive(ctx, data)
}

func whole(d *api.Download) ([]byte, error) {
	defer d.Body.Close()
	data, err := io.ReadAll(d.Body)
	if err == nil && int64(len(data)) != d.Size {
		err = fmt.Errorf("%d bytes of %d", len(data), d.Size)
	}
	return data, err
}

func checkArchive(ctx context.Context, data []byte) error {
	r := bytes.NewReader(data)
	if err := archive.Verify(ctx, r, r.Size()); err != nil {
		return err
	}
	a, err := archive.Open(r, r.Size())
	if err != nil {
		return err
	}
	_, err = checkNumbered(a)
	return err
}
