package archive

import (
	"archive/zip"
	"path"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// The codes of warnings: findings for which no archive is refused.
const (
	CodeNothing    Code = "nothing"    // the archive has nothing that an import creates
	CodeIgnored    Code = "ignored"    // what looks like a part of the archive is not read
	CodeLeftOut    Code = "left-out"   // a part of a directory is not taken along
	CodeEnvFile    Code = "env-file"   // a part of a directory that is taken along may hold secrets
	CodeBackSlash  Code = "back-slash" // names have back-slashes, which are read as slashes
	CodeIncomplete Code = "incomplete" // an object lacks what the contract requires; an import takes the empty value, 0 or false
	CodePortable   Code = "portable"   // a package has names or kinds of files that some systems cannot hold
)

// Warnings returns what a person should know before the archive is used: that
// there is nothing in it or less than its files suggest, and what was read in
// another way than it is written. The severity of all is [SeverityWarning].
func (a *Archive) Warnings() []*Finding { return slices.Clone(a.warnings) }

// Warned is an option of [Open], [OpenFS], [Verify], [Unpack] and [Pack] alike.
type Warned struct{ f func(*Finding) }

// OnWarning calls f for every warning as soon as it is known. Without it,
// [Archive.Warnings] has those of Open and OpenFS, and no one has the others.
func OnWarning(f func(*Finding)) Warned { return Warned{f} }

func (w Warned) applyOpen(o *options)    { o.warn = w.f }
func (w Warned) applyWrite(o *writer)    { o.warn = w.f }
func (w Warned) applyUnpack(u *unpacker) { u.warn = w.f }

// warn gives warnings to f, if there is one.
func warn(f func(*Finding), all []*Finding) {
	if f == nil {
		return
	}
	for _, finding := range all {
		f(finding)
	}
}

// warnf adds a warning until there are enough of them.
func (f *Findings) warnf(code Code, path, message string) {
	f.append(&Finding{Code: code, Severity: SeverityWarning, Path: path, Message: message})
}

// lacking warns of what the archive does not have, though its files look as if
// it had.
func (r *reader) lacking(t *tree) {
	found := Findings{}
	content := r.content
	if len(content.Deployments)+len(content.Pipelines)+len(content.Environments)+len(content.Services)+len(content.EnvironmentVariables) == 0 {
		message := "the archive has nothing that an import creates"
		if len(r.others) > 0 {
			message += "; the format has no place for its files, such as " + printable.Name(r.others[0])
		}
		found.warnf(CodeNothing, "", message)
	}
	folders := r.packageFolders(t)
	said := map[string]bool{}
	for _, name := range r.others {
		rel, inside := strings.CutPrefix(name, t.root)
		folder := packageFolder(rel)
		switch of := folders[folder]; {
		case !inside:
		case of != "":
			if !said[folder] {
				found.warnf(CodeIgnored, t.root+folder, "a package in the form of a folder is not read: an import takes the ZIP file "+printable.Name(of))
			}
			said[folder] = true
		default:
			if reason := ignored(rel); reason != "" {
				found.warnf(CodeIgnored, name, reason)
			}
		}
	}
	r.warnings = append(r.warnings, found...)
}

// packageFolders returns the folders that would hold an unpacked package, with
// the ZIP file that belongs there and is not there.
func (r *reader) packageFolders(t *tree) map[string]string {
	folders := map[string]string{}
	add := func(g *group, documents []*zip.File) {
		for _, f := range documents {
			base := strings.TrimSuffix(f.Name, ".yaml")
			if g.packages[base] == nil {
				base = strings.TrimPrefix(base, t.root)
				folders[base], folders[base+packageExt] = base+".zip", base+".zip"
			}
		}
	}
	for _, g := range t.groups["deployments"] {
		add(g, g.versions)
	}
	for _, g := range t.groups["environments"] {
		add(g, g.documents)
	}
	return folders
}

// packageFolder returns the part of a path that could be the folder of a package.
func packageFolder(rel string) string {
	parts := strings.Split(rel, "/")
	switch {
	case parts[0] == "deployments" && len(parts) > 4:
		return strings.Join(parts[:4], "/")
	case parts[0] == "environments" && len(parts) > 3:
		return strings.Join(parts[:3], "/")
	}
	return ""
}

// ignored says why a file is not read that looks like a document or a package;
// nothing for any other.
func ignored(rel string) string {
	base := path.Base(rel)
	kind, _, below := strings.Cut(zipcheck.Fold(rel), "/")
	isKind := slices.ContainsFunc([]string{"deployments", "pipelines", "environments", "services"}, func(k string) bool { return zipcheck.Fold(k) == kind })
	isTop := !below && slices.Contains([]string{"environment_variables.yml"}, strings.ToLower(rel))
	if strings.HasPrefix(base, ".") || !isTop && (!isKind || !below) {
		return ""
	}
	switch ext := path.Ext(base); strings.ToLower(ext) {
	case ".yml":
		return "this file is not read: documents end in .yaml"
	case ".yaml":
		return "this file is not read: no document of the format lies there"
	case ".zip":
		return "this file is not read: a document of the same name that ends in .yaml has to lie beside it"
	case ".gz", ".tgz", ".tar":
		return "this file is not read: packages are ZIP files, with the name of their document"
	}
	return ""
}
