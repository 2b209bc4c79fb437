//go:build !unix || aix || solaris

package api

import (
	"errors"
	"os"
)

// tryLock cannot: the standard library has no file locks for these systems.
func tryLock(*os.File) error { return errors.ErrUnsupported }
