package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// ask asks a question that is answered by yes or no, which is the default, of
// whoever is at stdin, as the official CLI does: until the response is one of y,
// yes, n, no, or nothing. The error is io.EOF if stdin ends. Other commands ask only
// if stdin is a terminal.
func (s *session) ask(ctx context.Context, out io.Writer, question string) (bool, error) {
	lines := bufio.NewReader(s.stdin)
	for {
		fmt.Fprintf(out, "%s [y/N]: ", question)
		line, err := readLine(ctx, lines)
		if err != nil {
			fmt.Fprintln(out)
			return false, err
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return true, nil
		case "n", "no", "":
			return false, nil
		}
		fmt.Fprintln(out, "Error: invalid input")
	}
}

// readLine reads a line until the context ends. The read itself goes on then, and
// ends with the process.
func readLine(ctx context.Context, lines *bufio.Reader) (string, error) {
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := lines.ReadString('\n')
		if line != "" {
			err = nil // the last line need not end in a line break
		}
		read <- result{line, err}
	}()
	select {
	case r := <-read:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
