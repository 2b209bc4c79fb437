package lint

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// oldKeys reports the version settings of the first generation.
func (c *checker) oldKeys(path jsontext.Pointer, v models.DeploymentVersion) {
	if v.Language.Or("") != "" {
		c.add(CodeOldKey, path.AppendToken("language"), "an old setting; today it is environment")
	}
	if _, ok := v.MemoryAllocation.Get(); ok {
		c.add(CodeOldKey, path.AppendToken("memory_allocation"), "an old setting; today it is instance_type or instance_type_group_name")
	}
	if v.DeploymentMode.Or("") != "" {
		c.add(CodeOldKey, path.AppendToken("deployment_mode"), "an old setting that newer archives do not have")
	}
}

// Modernize returns content with the old settings of deployment versions
// rewritten where it is sure what they mean today, and every change, by path.
// The argument is not changed.
//
//   - language, as python3.8, becomes environment python3-8, the name of the
//     environment that is built in, unless the content has an environment of
//     that name itself. Other languages are kept.
//   - memory_allocation, a power of two of at least 256 MiB, becomes
//     instance_type, as 2048mb. Other sizes are kept.
//   - An old setting beside its successor is dropped if both say the same, and
//     kept if not, or if instance_type_group_name is set: which of the two
//     holds is not known.
//   - deployment_mode is dropped where it is empty and kept otherwise: it has
//     no successor, and it is not documented what a version without it does.
func Modernize(content archive.Content) (archive.Content, []archive.Change) {
	m := modernizer{environments: content.Environments}
	content.Deployments = maps.Clone(content.Deployments)
	for _, name := range slices.Sorted(maps.Keys(content.Deployments)) {
		d := content.Deployments[name]
		d.Versions = maps.Clone(d.Versions)
		for _, version := range slices.Sorted(maps.Keys(d.Versions)) {
			d.Versions[version] = m.version(at("deployments", name, "versions", version), d.Versions[version])
		}
		content.Deployments[name] = d
	}
	slices.SortFunc(m.changes, func(a, b archive.Change) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return content, m.changes
}

type modernizer struct {
	environments map[string]models.Environment
	changes      []archive.Change
}

var (
	pythonVersion = regexp.MustCompile(`^python[0-9]{1,2}\.[0-9]{1,2}$`)
	absent        models.Nullable[string]
)

func (m *modernizer) version(path jsontext.Pointer, v models.DeploymentVersion) models.DeploymentVersion {
	if language := v.Language.Or(""); pythonVersion.MatchString(language) {
		environment := strings.ReplaceAll(language, ".", "-")
		_, own := m.environments[environment]
		if !own && m.succeed(path.AppendToken("environment"), &v.Environment, environment) {
			m.drop(path.AppendToken("language"), language)
			v.Language = absent
		}
	}
	size, ok := v.MemoryAllocation.Get()
	if ok && size >= 256 && size&(size-1) == 0 && v.InstanceTypeGroupName.Or("") == "" &&
		m.succeed(path.AppendToken("instance_type"), &v.InstanceType, strconv.FormatInt(size, 10)+"mb") {
		m.drop(path.AppendToken("memory_allocation"), size)
		v.MemoryAllocation = models.Nullable[int64]{}
	}
	if mode, ok := v.DeploymentMode.Get(); ok && mode == "" {
		m.drop(path.AppendToken("deployment_mode"), mode)
		v.DeploymentMode = absent
	}
	return v
}

// succeed sets the successor of an old setting, and reports whether it now
// says what the old one said.
func (m *modernizer) succeed(path jsontext.Pointer, to *models.Nullable[string], value string) bool {
	if to.Or("") == "" {
		*to = models.Value(value)
		m.changes = append(m.changes, archive.Change{Kind: archive.Added, Path: path, New: encode(value)})
	}
	return to.Or("") == value
}

func (m *modernizer) drop(path jsontext.Pointer, value any) {
	m.changes = append(m.changes, archive.Change{Kind: archive.Removed, Path: path, Old: encode(value)})
}

// encode never fails: a version's settings are numbers and short plain text.
func encode(value any) jsontext.Value {
	data, _ := json.Marshal(value)
	return data
}
