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
}

// isTerminal reports whether a reader or writer is one.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// coloured returns text in one of the colours of a terminal, such as 31 for red,
// or as it is if out is not a terminal or NO_COLOR is set.
func (s *session) coloured(out io.Writer, colour, text string) string {
	if !isTerminal(out) || s.getenv("NO_COLOR") != "" || s.getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
