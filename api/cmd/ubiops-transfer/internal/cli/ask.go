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

// readLine reads a line, which need not end in a line break, until the context
// ends.
func readLine(ctx context.Context, lines *bufio.Reader) (string, error) {
	return unlessDone(ctx, func() (string, error) {
		line, err := lines.ReadString('\n')
		if line != "" {
			return line, nil
		}
		return "", err
	})
}

// unlessDone reads something until the context ends. The read itself continues
// then, and ends with the process.
func unlessDone[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}
