package cli

import (
	"fmt"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// count says in words what a content has.
func count(c archive.Content) string {
	versions, pipelineVersions := 0, 0
	for _, d := range c.Deployments {
		versions += len(d.Versions)
	}
	for _, p := range c.Pipelines {
		pipelineVersions += len(p.Versions)
	}
	return fmt.Sprintf("%s with %s, %s with %s, %s",
		many(len(c.Deployments), "deployment"), many(versions, "version"),
		many(len(c.Pipelines), "pipeline"), many(pipelineVersions, "version"), many(len(c.Environments), "environment"))
}

func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
