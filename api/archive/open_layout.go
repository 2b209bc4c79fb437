package archive

import (
	"archive/zip"
	"path"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

const (
	infoName      = "info.yaml"
	variablesName = "environment_variables.yaml"
)

// tree is the entries of an archive by what they are for. Nothing in it has
// been read.
type tree struct {
	root      string // "" or a path that ends with /
	info      *zip.File
	variables *zip.File
	groups    map[string]map[string]*group // "deployments" -> directory -> its files
	others    []*zip.File
}

// group is the files of one object.
type group struct {
	documents []*zip.File
	versions  []*zip.File
	packages  map[string]*zip.File // by path without extension
}

// arrange sorts out which file is what.
func arrange(files []*zip.File) (*tree, error) {
	files = slices.DeleteFunc(slices.Clone(files), func(f *zip.File) bool { return strings.HasSuffix(f.Name, "/") })
	slices.SortFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	t := &tree{groups: map[string]map[string]*group{}}
	if err := t.findRoot(files); err != nil {
		return nil, err
	}
	for _, f := range files {
		rel, inside := strings.CutPrefix(f.Name, t.root)
		if !inside || !t.place(f, rel) {
			t.others = append(t.others, f)
		}
	}
	return t, nil
}

// findRoot takes the directory of the info.yaml that lies least deep.
func (t *tree) findRoot(files []*zip.File) error {
	var twin *zip.File
	for _, f := range files {
		if path.Base(f.Name) != infoName {
			continue
		}
		switch d := strings.Count(f.Name, "/"); {
		case t.info == nil || d < strings.Count(t.info.Name, "/"):
			t.info, twin = f, nil
		case d == strings.Count(t.info.Name, "/"):
			twin = f
		}
	}
	if t.info == nil {
		return Findings{{Code: CodeNoInfo, Message: "the archive has no info.yaml, so it is not an export"}}
	}
	if twin != nil {
		return Findings{{Code: CodeLayout, Path: twin.Name, Message: "a second info.yaml beside " + printable.Name(t.info.Name) + ": which directory is the root?"}}
	}
	t.root = strings.TrimSuffix(t.info.Name, infoName)
	return nil
}

// place files one path that is relative to the root, or returns false.
func (t *tree) place(f *zip.File, rel string) bool {
	switch rel {
	case infoName:
		return true
	case variablesName:
		t.variables = f
		return true
	}
	parts := strings.Split(rel, "/")
	base := parts[len(parts)-1]
	ext := path.Ext(base)
	if len(parts) < 3 || strings.HasPrefix(base, ".") || ext != ".yaml" && ext != ".zip" {
		return false
	}
	isDocument := ext == ".yaml"
	switch parts[0] {
	case "deployments", "pipelines":
		isVersion := len(parts) == 4 && parts[2] == "versions"
		switch {
		case len(parts) == 3 && isDocument:
			g := t.group(parts)
			g.documents = append(g.documents, f)
		case isVersion && isDocument:
			g := t.group(parts)
			g.versions = append(g.versions, f)
		case isVersion && parts[0] == "deployments":
			t.group(parts).packages[strings.TrimSuffix(f.Name, ext)] = f
		default:
			return false
		}
		return true
	case "environments", "services":
		switch {
		case len(parts) != 3:
			return false
		case isDocument:
			g := t.group(parts)
			g.documents = append(g.documents, f)
		case parts[0] == "environments":
			t.group(parts).packages[strings.TrimSuffix(f.Name, ext)] = f
		default:
			return false
		}
		return true
	}
	return false
}

func (t *tree) group(parts []string) *group {
	dirs := t.groups[parts[0]]
	if dirs == nil {
		dirs = map[string]*group{}
		t.groups[parts[0]] = dirs
	}
	g := dirs[parts[1]]
	if g == nil {
		g = &group{packages: map[string]*zip.File{}}
		dirs[parts[1]] = g
	}
	return g
}
