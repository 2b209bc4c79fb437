package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// A Mark says which state of which database the blobs belong to, at least. It
// tells a database that knows the blobs from another one, or from an older
// state: only if it knows them does it mean something that it does not name a
// blob.
type Mark struct {
	Database string // a UUID
	Changes  int64  // how often the database had learned of a blob
}

// markFile has a size that never changes, so that writing it needs no space.
const (
	markFile   = ".database"
	markFormat = "%36s %020d\n"
)

// Mark returns what was marked last; the zero Mark if nothing was.
func (f *Folder) Mark() (Mark, error) {
	text, err := os.ReadFile(f.file(markFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return Mark{}, f.check()
	}
	var m Mark
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%s %d", &m.Database, &m.Changes)
	}
	if err != nil {
		return Mark{}, fmt.Errorf("%s does not say which database the blobs belong to: %w", f.file(markFile), err)
	}
	return m, nil
}

// SetMark marks the blobs, after the change of the database. It is not synced: a
// mark that is behind its database does no harm.
func (f *Folder) SetMark(m Mark) error {
	_, err := f.setMark(m)
	return err
}

// Begin marks the blobs before the first Write. A [Folder.Sweep] from the
// beginning removes what is older than that, by the clock of the file system,
// which may differ from ours.
func (f *Folder) Begin(m Mark) (err error) {
	f.begun, err = f.setMark(m)
	return err
}

func (f *Folder) setMark(m Mark) (written time.Time, err error) {
	file, err := os.OpenFile(f.file(markFile), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return time.Time{}, f.fault(markFile, err)
	}
	_, err = fmt.Fprintf(file, markFormat, m.Database, m.Changes)
	info, statErr := file.Stat()
	if err = errors.Join(err, statErr, file.Close()); err != nil {
		return time.Time{}, noSpace(f.fault(markFile, err))
	}
	return info.ModTime(), nil
}
