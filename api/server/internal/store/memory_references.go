package store

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive"
)

func (t *tx) Blob(key string) (Blob, error) { return get(t.rows.blobs, key) }

func (t *tx) AddBlob(b Blob) (string, error) {
	if b.SHA256 != "" {
		if known, ok := t.rows.shared[b.SHA256]; ok {
			if known != b.Key {
				t.strange = append(t.strange, b.Key)
			}
			return known, nil
		}
		if err := put(t, t.rows.shared, b.SHA256, b.Key); err != nil {
			return "", err
		}
	}
	if err := put(t, t.rows.blobs, b.Key, b); err != nil {
		return "", err
	}
	t.touched[b.Key] = true
	return b.Key, nil
}

// use says which blobs an owner refers to from now on.
func (t *tx) use(o owner, keys []string) error {
	if t.readOnly {
		return errReadOnly
	}
	for _, key := range keys {
		if _, ok := t.rows.blobs[key]; !ok {
			return fmt.Errorf("blob %q is not known", key)
		}
	}
	for _, key := range t.rows.uses[o] {
		t.touched[key] = true
		if err := put(t, t.rows.users, key, t.rows.users[key]-1); err != nil {
			return err
		}
	}
	for _, key := range keys {
		if err := put(t, t.rows.users, key, t.rows.users[key]+1); err != nil {
			return err
		}
	}
	return put(t, t.rows.uses, o, keys)
}

// forgetUnused ends the transaction: it forgets the touched blobs that are not used.
func (t *tx) forgetUnused() []string {
	unused := t.strange
	for key := range t.touched {
		b, ok := t.rows.blobs[key]
		if !ok || t.rows.users[key] > 0 {
			continue
		}
		delete(t.rows.blobs, key)
		delete(t.rows.users, key)
		if b.SHA256 != "" {
			delete(t.rows.shared, b.SHA256)
		}
		unused = append(unused, key)
	}
	slices.Sort(unused)
	return unused
}

// zips returns the keys of the blobs that content refers to, each once.
func zips(content archive.Content) []string {
	keys := map[string]bool{}
	for _, d := range content.Deployments {
		for _, v := range d.Versions {
			if key, ok := v.Zip.Get(); ok {
				keys[key] = true
			}
		}
	}
	for _, e := range content.Environments {
		if key, ok := e.Zip.Get(); ok {
			keys[key] = true
		}
	}
	return slices.Collect(maps.Keys(keys))
}
