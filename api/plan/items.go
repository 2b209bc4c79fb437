package plan

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Item is one thing that a confirmation creates, or needs.
type Item struct {
	// Kind is environment, deployment, pipeline, version, service or variable, or
	// the name of a dictionary that the contract does not know.
	Kind string   `json:"kind"`
	Name string   `json:"name"`
	Of   []string `json:"of,omitempty"` // the names of what it belongs to, such as a deployment and its version
	// Place is a JSON pointer into the confirmation, such as
	// /deployments/d/versions/v1.
	Place string `json:"place"`
	// Note is the package of a version of a deployment, the objects of a version
	// of a pipeline, or "secret", for a variable. It never has a value.
	Note string `json:"note,omitzero"`
}

// String reads like "version v1 of churn: from code.zip".
func (i Item) String() string {
	text := i.Kind + " " + i.Name
	if len(i.Of) > 0 {
		text += " of " + strings.Join(i.Of, " ")
	}
	if i.Note != "" {
		text += ": " + i.Note
	}
	return text
}

// Top returns the object of the project that an item belongs to, or is.
func (i Item) Top() Item { return itemAt(topOf(jsontext.Pointer(i.Place))) }

// topOf returns the place of the object of the project that a place belongs to: its
// dictionary and its name.
func topOf(place jsontext.Pointer) jsontext.Pointer {
	slashes := 0
	for i := range len(place) {
		if place[i] == '/' {
			slashes++
		}
		if slashes == 3 {
			return place[:i]
		}
	}
	return place
}

// Items lists what a confirmation creates, in an order in which it could be
// created: environments, deployments, pipelines, services, each with what belongs
// to it, and the variables of the project. Without any dictionary a confirmation
// takes everything that was scanned; list that instead.
func Items(create archive.Content) []Item {
	var l items
	for name := range sorted(create.Environments) {
		l.add(at("environments", name), "")
	}
	for name, d := range sorted(create.Deployments) {
		place := at("deployments", name)
		l.add(place, "")
		l.variables(place, d.EnvironmentVariables)
		for version, v := range sorted(d.Versions) {
			place := place.AppendToken("versions").AppendToken(version)
			note := "without a package"
			if zip, ok := v.Zip.Get(); ok {
				note = "from " + zip
			}
			l.add(place, note)
			l.variables(place, v.EnvironmentVariables)
		}
	}
	for name, p := range sorted(create.Pipelines) {
		place := at("pipelines", name)
		l.add(place, "")
		for version, v := range sorted(p.Versions) {
			var objects []string
			for _, o := range v.Objects.Or(nil) {
				objects = append(objects, o.Name)
			}
			l.add(place.AppendToken("versions").AppendToken(version), strings.Join(objects, ", "))
		}
	}
	for name := range sorted(create.Services) {
		l.add(at("services", name), "")
	}
	l.variables("", create.EnvironmentVariables)
	l.unknown(create.Unknown)
	return l
}

// Needs lists the variables of a confirmation that have no value that could be
// created: none at all or, if it is a secret, an empty one, which is how archives
// leave the value of a secret out.
func Needs(create archive.Content) []Item {
	var l items
	variables.Map(create, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if variables.Missing(v) {
			l.variable(place, v)
		}
		return v
	})
	return l
}

type items []Item

func (l *items) add(place jsontext.Pointer, note string) {
	i := itemAt(place)
	i.Note = note
	*l = append(*l, i)
}

// itemAt returns the item at a place: of that, each second part is a name, and
// the one before it the dictionary.
func itemAt(place jsontext.Pointer) Item {
	i := Item{Place: string(place), Kind: place.Parent().LastToken()}
	switch i.Kind {
	case "deployments", "pipelines", "versions", "environments", "services", "objects":
		i.Kind = strings.TrimSuffix(i.Kind, "s")
	case "environment_variables":
		i.Kind = "variable"
	}
	isName := false
	for token := range place.Tokens() {
		if isName {
			i.Of = append(i.Of, token)
		}
		isName = !isName
	}
	last := len(i.Of) - 1
	i.Name, i.Of = i.Of[last], i.Of[:last:last]
	return i
}

func (l *items) variable(place jsontext.Pointer, v models.EnvironmentVariable) {
	note := ""
	if variables.Secret(v) {
		note = "secret"
	}
	l.add(place, note)
}

func (l *items) variables(of jsontext.Pointer, vars map[string]models.EnvironmentVariable) {
	for name, v := range sorted(vars) {
		l.variable(of.AppendToken("environment_variables").AppendToken(name), v)
	}
}

// unknown adds the objects of dictionaries that the contract does not know.
// Members that are not dictionaries create nothing by name.
func (l *items) unknown(members jsontext.Value) {
	var kinds map[string]jsontext.Value
	if len(members) == 0 || json.Unmarshal(members, &kinds) != nil {
		return
	}
	for kind, dictionary := range sorted(kinds) {
		var objects map[string]jsontext.Value
		if json.Unmarshal(dictionary, &objects) != nil {
			continue
		}
		for name := range sorted(objects) {
			l.add(at(kind, name), "")
		}
	}
}
