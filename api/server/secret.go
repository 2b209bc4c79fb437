package server

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"gocloud.dev/secrets"
	"gocloud.dev/secrets/localsecrets"
)

// openKeeper returns the keeper of the key in a file, which is made where there
// is no database yet.
func openKeeper(path, database string) (*secrets.Keeper, error) {
	text, err := os.ReadFile(path) //nolint:gosec // in the data folder
	if _, noDatabase := os.Stat(database); errors.Is(err, fs.ErrNotExist) && errors.Is(noDatabase, fs.ErrNotExist) {
		text, err = makeKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	key, err := localsecrets.Base64Key(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("key file %s does not hold 32 bytes in URL-safe base64", path)
	}
	return localsecrets.NewKeeper(key), nil
}

// makeKey leaves either a whole key or none.
func makeKey(path string) (_ []byte, err error) {
	key, err := localsecrets.NewRandomKey()
	if err != nil {
		return nil, err
	}
	text := []byte(base64.URLEncoding.EncodeToString(key[:]) + "\n")
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // in the data folder
	if err != nil {
		return nil, err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return nil, errors.Join(err, os.Remove(temporary))
	}
	return text, os.Rename(temporary, path)
}
