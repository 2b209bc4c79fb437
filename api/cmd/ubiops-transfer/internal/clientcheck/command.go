package clientcheck

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

// program is the client that a command line starts.
func program(command []string) (client, error) {
	if len(command) == 0 {
		return nil, errors.New("there is no command to run")
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, env []string) (ending, error) {
		var out tail
		cmd := exec.CommandContext(ctx, path, command[1:]...) //nolint:gosec // what is run is the caller's
		cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &out
		cmd.WaitDelay = time.Second // for what it has started and left behind
		killAll(cmd)
		err := cmd.Run()
		if cmd.ProcessState == nil {
			return ending{}, err
		}
		return ending{cmd.ProcessState.ExitCode(), string(out)}, nil
	}, nil
}

// tail is the last bytes that were written to it.
type tail []byte

const tailSize = 600

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p...)
	*t = append((*t)[:0], (*t)[max(0, len(*t)-tailSize):]...)
	return len(p), nil
}
