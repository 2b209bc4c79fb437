// Command ubiops-transfer moves the contents of UbiOps projects.
package main

import (
	"github.com/ubiops-contrib/transfer/api/cmd/internal/run"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

func main() { run.Main("ubiops-transfer", cli.Run, cli.ExitCode) }
