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

// The settings of versions have four generations:
//
//	2021  language          memory_allocation          deployment_mode
//	2022  environment       instance_type
//	2025  environment       instance_type_group_name
//	2026  environment_name  instance_type_group_name   environment_tag, command, args
const (
	language            = "language"
	memoryAllocation    = "memory_allocation"
	deploymentMode      = "deployment_mode"
	environment         = "environment"
	environmentName     = "environment_name"
	instanceType        = "instance_type"
	instanceTypeGroup   = "instance_type_group_name"
	instanceTypeGroupID = "instance_type_group_id"
)

// settings are the members of a version, those that the contract does not know
// included.
type settings map[string]jsontext.Value

func settingsOf(v models.DeploymentVersion) settings {
	var s settings
	if data, err := json.Marshal(v); err != nil || json.Unmarshal(data, &s) != nil {
		return nil // text that is not UTF-8: no archive has any
	}
	return s
}

// text returns a setting that is text, "" for any other.
func (s settings) text(name string) string {
	var text string
	if json.Unmarshal(s[name], &text) != nil {
		return ""
	}
	return text
}

// integer returns a setting that is an integer.
func (s settings) integer(name string) (int64, bool) {
	i, err := strconv.ParseInt(string(s[name]), 10, 64)
	return i, err == nil
}

// generations reports the version settings of the first generation, and those
// of two generations that do not agree.
func (c *checker) generations(path jsontext.Pointer, v models.DeploymentVersion) {
	s := settingsOf(v)
	if s.text(language) != "" {
		c.add(CodeOldKey, path.AppendToken(language), "an old setting; today it is environment_name")
	}
	if size, ok := s[memoryAllocation]; ok && size.Kind() != jsontext.KindNull {
		c.add(CodeOldKey, path.AppendToken(memoryAllocation), "an old setting; today it is instance_type_group_name")
	}
	if s.text(deploymentMode) != "" {
		c.add(CodeOldKey, path.AppendToken(deploymentMode), "an old setting that newer archives do not have")
	}
	old, today := s.text(environment), s.text(environmentName)
	if old != "" && today != "" && old != today {
		c.add(CodeTwoSettings, path.AppendToken(environment), "environment_name, its successor, says something else; which of the two holds is not known")
	}
}

// Modernize returns content with the old settings of deployment versions
// rewritten if it is sure what they mean today, and every change, by path.
// The argument is not changed.
//
//   - language, as python3.8, becomes environment_name python3-8, the name of the
//     environment that is built in, unless the content has an environment of
//     that name itself. Other languages are kept.
//   - environment becomes environment_name.
//   - memory_allocation, a power of two of at least 256 MiB, becomes
//     instance_type, as 2048mb, the newest setting that has the same sizes. Other
//     sizes are kept.
//   - An old setting beside a successor is dropped if both say the same, and
//     kept if not, or if a group of instance types is set: which of the two
//     holds is not known.
//   - deployment_mode is dropped if it is empty and kept otherwise: it has
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

var pythonVersion = regexp.MustCompile(`^python[0-9]{1,2}\.[0-9]{1,2}$`)

func (m *modernizer) version(path jsontext.Pointer, v models.DeploymentVersion) models.DeploymentVersion {
	s := settingsOf(v)
	before := len(m.changes)
	if name := s.text(environment); name != "" && m.succeed(path, s, environmentName, name) {
		m.drop(path, s, environment)
	}
	if old := s.text(language); pythonVersion.MatchString(old) && s.text(environment) == "" {
		name := strings.ReplaceAll(old, ".", "-")
		if _, own := m.environments[name]; !own && m.succeed(path, s, environmentName, name) {
			m.drop(path, s, language)
		}
	}
	size, ok := s.integer(memoryAllocation)
	if ok && size >= 256 && size&(size-1) == 0 && s.text(instanceTypeGroup) == "" && s.text(instanceTypeGroupID) == "" &&
		m.succeed(path, s, instanceType, strconv.FormatInt(size, 10)+"mb") {
		m.drop(path, s, memoryAllocation)
	}
	if string(s[deploymentMode]) == `""` {
		m.drop(path, s, deploymentMode)
	}
	if len(m.changes) == before {
		return v
	}
	var modern models.DeploymentVersion
	data, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(data, &modern)
	}
	if err != nil { // not the members of a version any more: kept as it was
		m.changes = m.changes[:before]
		return v
	}
	return modern
}

// succeed sets the successor of an old setting, and reports whether it now
// says what the old one said.
func (m *modernizer) succeed(path jsontext.Pointer, s settings, to, value string) bool {
	if old, isSet := s[to]; !isSet || old.Kind() == jsontext.KindNull || string(old) == `""` {
		text, err := json.Marshal(value)
		if err != nil {
			return false // text that is not UTF-8
		}
		s[to] = text
		m.changes = append(m.changes, archive.Change{Kind: archive.Added, Path: path.AppendToken(to), New: text})
	}
	return s.text(to) == value
}

func (m *modernizer) drop(path jsontext.Pointer, s settings, name string) {
	m.changes = append(m.changes, archive.Change{Kind: archive.Removed, Path: path.AppendToken(name), Old: s[name]})
	delete(s, name)
}
