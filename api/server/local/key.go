package local

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
)

// openKeeper returns the keeper of the key in a file, which the first start
// makes.
func openKeeper(path string, first bool) (*database.Keeper, error) {
	if first {
		if err := makeKey(path); err != nil {
			return nil, fmt.Errorf("key file: %w", err)
		}
	}
	return database.ReadKeeper(path)
}

// makeKey makes a key, unless there is one: another process may have made it at
// the same moment, or an earlier start that got no further.
func makeKey(path string) (err error) {
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // for its owner only
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.WriteString(base64.URLEncoding.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
