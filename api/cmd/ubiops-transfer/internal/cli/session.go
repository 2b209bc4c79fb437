package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// session is what a run of the command has been given.
type session struct {
	getenv func(string) string
	stdin  io.Reader
	// Both take bytes as they are: archives, and what moves a cursor. Text goes
	// to the writers of cobra, which escape.
	stdout, stderr io.Writer
	// watch is told what is going on, if nobody sees that on a terminal.
	watch func(line string)
}

// isTerminal reports whether a reader or writer is one.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// colours reports whether out shows them and the user wants to see them.
func (s *session) colours(out io.Writer) bool {
	return isTerminal(out) && s.getenv("NO_COLOR") == "" && s.getenv("TERM") != "dumb"
}
