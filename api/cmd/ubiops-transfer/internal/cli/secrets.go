package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// values are those of variables, by name or by place, which is a JSON pointer and
// comes first. An empty value is none.
type values map[string]string

// lookup returns the value for a variable.
func (v values) lookup(place, name string) (string, bool) {
	value := cmp.Or(v[place], v[name])
	return value, value != ""
}

// missing is the error that names every variable without a value.
func (v values) missing(needs []plan.Item) error {
	var lines []string
	for _, item := range needs {
		if _, ok := v.lookup(item.Place, item.Name); !ok {
			lines = append(lines, item.Place)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return leaving(exitWith(exitRefused, fmt.Errorf("no value for %s; nothing was sent", strings.Join(lines, ", "))),
		"Give --secret NAME=env:VARIABLE, or --secrets FILE; 'ubiops-transfer secrets' prints a file to fill in")
}

// mask returns an error whose text has none of the values: a server may repeat
// what it has been sent. Values of less than 4 bytes could be a part of anything.
func (v values) mask(err error) error {
	if err == nil {
		return nil
	}
	return &maskedError{err, v}
}

type maskedError struct {
	error
	values values
}

func (e *maskedError) Unwrap() error { return e.error }

func (e *maskedError) Error() string {
	text := e.error.Error()
	longest := slices.SortedFunc(maps.Values(e.values), func(a, b string) int { return len(b) - len(a) })
	for _, value := range longest {
		if len(value) >= 4 {
			text = strings.ReplaceAll(text, value, "(secret)")
		}
	}
	return text
}

// secretFlags say where the values of variables come from.
type secretFlags struct {
	file string
	each []string
}

func (f *secretFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "secrets", "", "file with values of variables, one NAME=VALUE in a line; or a dictionary if it ends in .yaml")
	cmd.Flags().StringArrayVar(&f.each, "secret", nil, "NAME=env:VARIABLE, NAME=file:PATH or NAME=cmd:PROGRAM ARGUMENT..., which runs without a shell")
}

// read reads all values. Those of --secret come first.
func (f *secretFlags) read(ctx context.Context, s *session) (values, error) {
	all := values{}
	if f.file != "" {
		text, err := s.readInput(ctx, f.file)
		if err != nil {
			return nil, err
		}
		parse := parseDotenv
		if slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(f.file))) {
			parse = parseYAMLValues
		}
		if all, err = parse(string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", f.file, err)
		}
	}
	for _, given := range f.each {
		name, reference, _ := strings.Cut(given, "=")
		value, err := s.valueOf(ctx, reference, true)
		if err != nil {
			return nil, fmt.Errorf("--secret %s: %w", name, err) // what follows the name could be the value itself
		}
		all[name] = value
	}
	return all, nil
}

// unused is the error for a --secret that nothing needs.
func (f *secretFlags) unused(needs []plan.Item) error {
	for _, given := range f.each {
		name, _, _ := strings.Cut(given, "=")
		if !slices.ContainsFunc(needs, func(i plan.Item) bool { return name == i.Name || name == i.Place }) {
			return exitWith(exitRefused, fmt.Errorf("--secret %s: the archive lacks no value of that name; nothing was sent", name))
		}
	}
	return nil
}

// valueOf reads what a reference stands for: env:NAME, file:PATH, without the line
// break at the end, and, if commands are allowed, cmd:PROGRAM ARGUMENT..., the
// first line that the program prints.
func (s *session) valueOf(ctx context.Context, reference string, commands bool) (value string, err error) {
	scheme, name, _ := strings.Cut(reference, ":")
	switch words := strings.Fields(name); {
	case scheme == "env" && name != "":
		if value = s.getenv(name); value == "" {
			return "", fmt.Errorf("the environment has no %s", name)
		}
		return value, nil
	case scheme == "file" && name != "":
		text, err := os.ReadFile(name) //nolint:gosec // G304: the user has named it
		if err != nil {
			return "", err
		}
		value = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	case scheme == "cmd" && commands && len(words) > 0:
		if value, err = runFor(ctx, settings.Printable{Writer: s.stderr}, words...); err != nil {
			return "", fmt.Errorf("%s: %w", words[0], err)
		}
	case commands:
		return "", errors.New("it has to be env:VARIABLE, file:PATH or cmd:PROGRAM")
	default:
		return "", errors.New("it has to be env:VARIABLE or file:PATH")
	}
	if value == "" {
		return "", errors.New("the value is empty")
	}
	return value, nil
}

// parseDotenv reads lines of NAME=VALUE. A value in double quotes may have \n, \" and
// the like, one in single quotes is taken as it is, and nothing is expanded.
func parseDotenv(text string) (values, error) {
	all := values{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" {
			return nil, fmt.Errorf("line %d is not NAME=VALUE", n)
		}
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", n, name)
		}
		switch {
		case strings.HasPrefix(value, `"`):
			unquoted, err := strconv.Unquote(value)
			if err != nil {
				return nil, fmt.Errorf("line %d: the quotes of %s are wrong", n, name)
			}
			value = unquoted
		case len(value) > 1 && value[0] == '\'' && strings.HasSuffix(value, "'"):
			value = value[1 : len(value)-1]
		}
		all[name] = value
	}
	return all, nil
}

// parseYAMLValues reads a dictionary of texts, which are taken as they are written.
func parseYAMLValues(text string) (values, error) {
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal([]byte(text), &nodes); err != nil {
		return nil, errors.New("it is not a dictionary of names and values") // the error may show a value
	}
	all := values{}
	for name, node := range nodes {
		if node.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("%s is not a text", name)
		}
		if node.Tag != "!!null" {
			all[name] = node.Value
		}
	}
	return all, nil
}

func secretsCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "secrets ARCHIVE",
		Short: "Print a file to fill in with the values that an archive lacks",
		Long: "secrets prints the variables of an archive that have no value, as a file for --secrets\n" +
			"of restore and copy. No export has the values of secrets.",
		Example: "  ubiops-transfer secrets project.zip > project.secrets",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.accepted(cmd, args[0], func(in *input) error {
				return writeTemplate(cmd.OutOrStdout(), plan.Needs(in.Content()))
			})
		},
	}
}

func writeTemplate(w io.Writer, needs []plan.Item) error {
	places := map[string][]string{}
	for _, item := range needs {
		places[item.Name] = append(places[item.Name], item.Place)
	}
	var b strings.Builder
	b.WriteString("# Values of variables. In place of its name, a variable can have its place, if\n" +
		"# another one of the same name has another value. Do not put this file under version control.\n")
	for _, name := range slices.Sorted(maps.Keys(places)) {
		b.WriteByte('\n')
		for _, place := range places[name] {
			b.WriteString("# " + cell(place) + "\n")
		}
		b.WriteString(cell(name) + "=\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
