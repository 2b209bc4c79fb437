package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// resources are closed when a context ends, so that whatever uses them fails: most
// of package archive takes no context.
type resources struct {
	ctx    context.Context
	closes []func() error
}

func (r *resources) add(c io.Closer) {
	close := closeWith(r.ctx, c)
	if r.ctx.Err() != nil {
		_ = c.Close() // at once, not soon
	}
	r.closes = append(r.closes, close)
}

// closeWith closes c when ctx ends. What it returns closes c if that has not happened.
func closeWith(ctx context.Context, c io.Closer) func() error {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	return func() error {
		if stop() {
			return c.Close()
		}
		return nil
	}
}

// close closes them if that has not happened, and adds what went wrong to err. The
// error is the context's if that ended before all was done.
func (r *resources) close(err error) error {
	_, says := errors.AsType[*leavingError](err) // what is left
	if err != nil && r.ctx.Err() != nil && !says {
		err = r.ctx.Err() // not that files were closed
	}
	for _, c := range slices.Backward(r.closes) {
		err = errors.Join(err, c())
	}
	return err
}

// folder opens a folder, whose files are closed when the context ends, too.
func (r *resources) folder(name string) (fs.FS, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	r.add(root)
	return folder{r.ctx, root.FS()}, nil
}

type folder struct {
	ctx context.Context
	fs.FS
}

func (f folder) Open(name string) (fs.File, error) {
	opened, err := f.FS.Open(name)
	if file, ok := opened.(*os.File); ok && err == nil {
		return closing{file, closeWith(f.ctx, file)}, nil
	}
	return opened, err
}

type closing struct {
	*os.File
	close func() error
}

func (c closing) Close() error { return c.close() }
