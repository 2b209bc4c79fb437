package review_test

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWhatOneSideHasIsShown(t *testing.T) {
	t.Parallel()
	content := offered()
	scorer := content.Deployments["scorer"]
	scorer.EnvironmentVariables = map[string]models.EnvironmentVariable{"MODEL": {Value: models.Value("planted")}}
	content.Deployments["scorer"] = scorer
	r := begin(t, content, archive.Content{Deployments: map[string]models.Deployment{"scorer": {}, "theirs": {Description: models.Value("of the project")}}}, nil).enter()
	open := func(query, name string) string {
		before, _, _ := strings.Cut(r.page(query), "\">"+name+"</a>")
		return r.page(strings.ReplaceAll(before[strings.LastIndex(before, "./?")+2:], "&amp;", "&"))
	}
	r.wants(open("?class=only-in-target", "deployment theirs"), "<td><pre>&#34;of the project&#34;</pre></td><td><pre></pre></td>")
	scored := open("?class=conflict", "deployment scorer")
	before, _, _ := strings.Cut(scored, "\">variable MODEL</a>")
	r.wants(r.page(strings.ReplaceAll(before[strings.LastIndex(before, "./?")+2:], "&amp;", "&")), "Values of variables are not shown")
}

func TestNamesThatCannotBeSeenAreQuoted(t *testing.T) {
	t.Parallel()
	r := begin(t, archive.Content{Deployments: map[string]models.Deployment{"a b": {}, "a  b": {}}, EnvironmentVariables: map[string]models.EnvironmentVariable{" ": {Secret: new(true)}}}, archive.Content{}, nil).enter()
	r.wants(r.page("?class=create"), `deployment a b<`, `deployment &#34;a  b&#34;<`, `variable &#34; &#34;<`, `">&#34; &#34;</label>`)
}
