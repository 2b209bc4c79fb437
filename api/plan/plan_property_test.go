package plan_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// planted begins every value of a variable and every other secret in generated
// contents.
const planted = "planted-value-"

type generator struct{ *rand.Rand }

func (g generator) one(of ...any) any { return of[g.IntN(len(of))] }

// some returns a dictionary of some of the names.
func (g generator) some(names []string, value func() map[string]any) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		if g.IntN(3) > 0 {
			out[name] = value()
		}
	}
	return out
}

// with returns an object with some of the members.
func (g generator) with(members map[string]any) map[string]any {
	for _, name := range sortedKeys(members) {
		if g.IntN(2) == 0 {
			delete(members, name)
		}
	}
	return members
}

func (g generator) variables() map[string]any {
	return g.some([]string{"A", "B/C"}, func() map[string]any {
		return g.with(map[string]any{"value": planted + fmt.Sprint(g.IntN(3)), "secret": g.one(true, false), "hint": planted})
	})
}

func (g generator) labels() any {
	return g.one(map[string]any{"team": g.one("x", "y")}, nil, map[string]any{"import": "earlier"})
}

// content is a project in which nothing refers to what is not there.
func (g generator) content(t *testing.T) archive.Content {
	t.Helper()
	environments := g.some([]string{"own", "other"}, func() map[string]any {
		return g.with(map[string]any{"description": g.one("", "text"), "labels": g.labels(), "zip": g.one("e1.zip", "e2.zip")})
	})
	runtimes := []any{"python3-8", "python3-12"}
	for _, name := range sortedKeys(environments) {
		runtimes = append(runtimes, name)
	}
	deployments := g.some([]string{"a", "b", "c~/d"}, func() map[string]any {
		return map[string]any{
			"environment_variables": g.variables(), "labels": g.labels(), "description": g.one("", "text"), "default_version": g.one("v1", nil),
			"versions": g.some([]string{"v1", "v2"}, func() map[string]any {
				v := g.with(map[string]any{"maximum_instances": g.IntN(3), "later": g.IntN(2), "zip": "v.zip", "labels": g.labels(),
					"memory_allocation": 256, "instance_type": g.one("small", "large"), g.one("environment", "environment_name").(string): g.one(runtimes...)})
				v["environment_variables"] = g.variables()
				return v
			}),
		}
	})
	pipelines := g.some([]string{"p", "q"}, func() map[string]any {
		var objects []any
		for _, name := range sortedKeys(deployments) {
			objects = append(objects, map[string]any{"name": "of " + name, "reference_name": name})
		}
		return map[string]any{"labels": g.labels(), "versions": map[string]any{"v1": g.with(map[string]any{"objects": objects, "description": "text"})}}
	})
	services := g.some([]string{"s"}, func() map[string]any {
		s := g.with(map[string]any{"port": g.IntN(2), "vars": []any{map[string]any{"name": "T", "value": planted, "secret": true}}})
		if names := sortedKeys(deployments); len(names) > 0 {
			s["deployment"] = names[0]
		}
		return s
	})
	data := marshal(t, map[string]any{"environments": environments, "deployments": deployments, "pipelines": pipelines,
		"services": services, "environment_variables": g.variables()})
	return content(t, string(data))
}

// part returns content with some of its objects.
func (g generator) part(content archive.Content) archive.Content {
	for _, name := range sortedKeys(content.Deployments) {
		content.Deployments = drop(g, content.Deployments, name)
	}
	for _, name := range sortedKeys(content.Environments) {
		content.Environments = drop(g, content.Environments, name)
	}
	content.Services, content.Pipelines = nil, nil
	return content
}

func drop[T any](g generator, objects map[string]T, name string) map[string]T {
	objects = maps.Clone(objects)
	if g.IntN(2) == 0 {
		delete(objects, name)
	}
	return objects
}

func (g generator) overrides() (o plan.Overrides) {
	if g.IntN(2) == 0 {
		o.InstanceTypes = map[string]string{"small": "large"}
	}
	if g.IntN(2) == 0 {
		o.Environments = map[string]string{"python3-8": "python3-12"}
	}
	return o
}

func resolved(_ string, r plan.Reference) (string, error) { return planted + "of " + string(r), nil }

// An import of exactly the plan gives the target what the archive wants, and
// nothing is left to plan.
func TestAppliedPlansLeaveNothingToPlan(t *testing.T) {
	t.Parallel()
	validate := compiled(t, plan.Schema())
	var applied, refused, renamed atomic.Int64
	for _, mode := range []plan.OnConflict{plan.Fail, plan.Skip, plan.Overwrite} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(200) {
				g := generator{rand.New(rand.NewPCG(seed, 17))}
				offered, target, o := g.content(t), g.content(t), g.overrides()
				if has := offered.Deployments; len(has) > 0 && g.IntN(3) == 0 {
					o.Rename.Deployments = map[string]string{sortedKeys(has)[0]: "renamed"}
					renamed.Add(1)
				}
				if g.IntN(2) == 0 {
					target = plan.Apply(archive.Content{}, g.part(offered), "903ccd12")
				}
				before := marshal(t, target)
				in := plan.Input{Offered: offered, Target: target, Overrides: o, OnConflict: mode}
				p := newPlan(t, in)
				text := written(t, p)
				if bytes.Contains(text, []byte(planted)) {
					t.Fatalf("seed %d: the plan holds a value:\n%s", seed, text)
				}
				if err := validate(string(text)); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				read, err := plan.Read(bytes.NewReader(text))
				if err != nil || !bytes.Equal(written(t, read), text) || p.Same(newPlan(t, in)) != nil {
					t.Fatalf("seed %d: what is read is not what was written: %v", seed, err)
				}
				scan := offered
				if o.Rewrites() {
					if scan, err = o.Apply(offered); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
				}
				update, err := read.Fill(archive.MaskSecrets(scan), resolved)
				if p.Counts.Conflict > 0 {
					if refused.Add(1); err == nil {
						t.Fatalf("seed %d: a plan with conflicts is filled", seed)
					}
					continue
				}
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				create, err := plan.Confirm(plan.Confirmation{Scanned: scan, Packages: func(string) bool { return true }, Update: update, Target: target, OnConflict: mode})
				if err != nil {
					t.Fatalf("seed %d: the confirmation is refused: %v\n%s", seed, err, text)
				}
				after := plan.Apply(target, create, "903ccd12")
				if !bytes.Equal(marshal(t, target), before) {
					t.Fatalf("seed %d: the target was changed", seed)
				}
				applied.Add(1)
				in.Target = after
				checkApplied(t, seed, p, newPlan(t, in), target, after)
			}
		})
	}
	t.Cleanup(func() {
		if applied.Load() < 200 || refused.Load() < 50 || renamed.Load() < 50 {
			t.Errorf("%d applied, %d refused, %d with new names: the generator does not reach enough", applied.Load(), refused.Load(), renamed.Load())
		}
	})
}

// checkApplied compares the plan before an import with the one after it, and what
// the plan does not name with what it was.
func checkApplied(t *testing.T, seed uint64, p, again *plan.Plan, target, after archive.Content) {
	t.Helper()
	if n := again.Counts; n.Create != 0 || n.Conflict != 0 || n.Different != 0 && p.OnConflict != plan.Skip {
		t.Fatalf("seed %d: something is left to plan: %+v\nbefore\n%s\nafter\n%s", seed, n, written(t, p), written(t, again))
	}
	if rest, err := json.Marshal(&again.Confirmation); err != nil || string(rest) != "{}" {
		t.Fatalf("seed %d: something is left to confirm: %s %v", seed, rest, err)
	}
	create := map[string]bool{}
	for _, item := range plan.Items(p.Confirmation) {
		create[item.Place] = true
	}
	for name, d := range target.Deployments {
		if !create["/deployments/"+pointed(name)] && !reflect.DeepEqual(after.Deployments[name], d) {
			t.Fatalf("seed %d: deployment %s was changed", seed, name)
		}
	}
	for name, v := range target.EnvironmentVariables {
		if !create["/environment_variables/"+pointed(name)] && !reflect.DeepEqual(after.EnvironmentVariables[name], v) {
			t.Fatalf("seed %d: variable %s was changed", seed, name)
		}
	}
}
