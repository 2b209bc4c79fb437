package archive

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// backSlashed is a ZIP file as old programs for Windows write it.
func backSlashed(t *testing.T, f files) []byte {
	t.Helper()
	changed := files{}
	for name, text := range f {
		changed[strings.ReplaceAll(name, "/", `\`)] = text
	}
	return storedZip(t, changed)
}

func TestOpen_backSlashesAreSeparatorsIfNoNameHasASlash(t *testing.T) {
	t.Parallel()
	f := small().with("x/deployments/", "").with("x/note.txt", "text")
	data := backSlashed(t, f)
	a := mustOpen(t, data)
	if got := warned(a.Warnings()); !slices.Equal(got, []string{"warning: names have back-slashes, which are read as slashes [back-slash]"}) {
		t.Errorf("%q", got)
	}
	want := mustOpen(t, f.zip(t))
	if changes, err := Diff(want, a); err != nil || len(changes) > 0 || len(a.Packages()) != 1 || readOther(t, a, "x/note.txt") != "text" {
		t.Errorf("%v, %v", changes, err)
	}
	if !bytes.Equal(rewrite(t, a), rewrite(t, want)) {
		t.Error("written again, it has other bytes")
	}
	rc, err := a.OpenPackage("deployments/a/versions/c.zip")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(rc); err != nil || string(text) != f["x/deployments/a/versions/c.zip"] || rc.Close() != nil {
		t.Errorf("%q, %v", text, err)
	}
	// The entries' own headers must have the names that the directory has.
	local := bytes.Index(data, []byte(`x\note.txt`))
	if err := verifyBytes(t, patch(data, local+1, '/')); err == nil || !strings.Contains(err.Error(), "different names") {
		t.Errorf("another name in the local header: %v", err)
	}
}

func TestOpen_backSlashesThatAreNotSeparatorsAreRefused(t *testing.T) {
	t.Parallel()
	for what, f := range map[string]files{
		"beside a slash":  small().with(`x\a`, ""),
		"out of the root": {`x\info.yaml`: "format_spec: v1.0", `..\evil`: ""},
		"a drive":         {`x\info.yaml`: "format_spec: v1.0", `C:\evil`: ""},
		"a share":         {`x\info.yaml`: "format_spec: v1.0", `\\server\share\evil`: ""},
		"a rooted name":   {`x\info.yaml`: "format_spec: v1.0", `\evil`: ""},
		"an empty name":   {`x\info.yaml`: "format_spec: v1.0", `x\\evil`: ""},
	} {
		_, err := openBytes(storedZip(t, f))
		if found := firstFinding(err); found == nil || found.Code != CodeName {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOpen_aNameThatIsThereTwiceIsRefusedWithBackSlashesToo(t *testing.T) {
	t.Parallel()
	data := storedZip(t, files{`x\info.yaml`: "format_spec: v1.0", `x\a.txt`: "", `x\b.txt`: ""})
	data = bytes.ReplaceAll(data, []byte(`x\b.txt`), []byte(`x\a.txt`))
	_, err := openBytes(data)
	if found := firstFinding(err); found == nil || found.Code != CodeClash {
		t.Errorf("%v", err)
	}
}
