// Package settings reads the flags of commands, each of which is a variable of the
// environment too, and makes what they print fit for a terminal.
package settings

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// EnvPrefix begins the names of the variables that replace flags.
const EnvPrefix = "UBIOPS_TRANSFER_"

// FromEnv sets every flag that was not given from its variable: --max-archive
// from UBIOPS_TRANSFER_MAX_ARCHIVE. A repeatable flag takes values that are
// separated by commas. An empty variable counts as not set. The result says
// how to name a flag in an error: with the variable that it came from.
func FromEnv(cmd *cobra.Command, getenv func(string) string) (Origins, error) {
	var errs []error
	from := Origins{}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		name := EnvPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := getenv(name)
		if f.Changed || value == "" || f.Name == "help" {
			return
		}
		values := []string{value}
		if _, many := f.Value.(pflag.SliceValue); many {
			values = strings.Split(value, ",")
		}
		for _, v := range values {
			if err := f.Value.Set(strings.TrimSpace(v)); err != nil {
				errs = append(errs, fmt.Errorf("--%s: %q from %s: %w", f.Name, v, name, err))
			}
		}
		from[f.Name] = name
	})
	return from, errors.Join(errs...)
}

// Origins are the variables that flags came from, by flag.
type Origins map[string]string

// Of names a flag, and where its value came from if not from the flag.
func (o Origins) Of(flag string) string {
	if name, ok := o[flag]; ok {
		return "--" + flag + " (from " + name + ")"
	}
	return "--" + flag
}

// setting is a flag whose text is checked where it is set.
type setting[T any] struct {
	into  *T
	text  string
	kind  string // as the help shows it
	parse func(string) (T, error)
}

func (s *setting[T]) String() string { return s.text }
func (s *setting[T]) Type() string   { return s.kind }

func (s *setting[T]) Set(text string) (err error) {
	v, err := s.parse(text)
	if err == nil {
		*s.into, s.text = v, text
	}
	return err
}

// Flag adds a setting with a default, which has to be one that it accepts.
func Flag[T any](cmd *cobra.Command, into *T, name, preset, kind, usage string, parse func(string) (T, error)) {
	s := &setting[T]{into: into, kind: kind, parse: parse}
	if err := s.Set(preset); err != nil {
		panic(fmt.Sprintf("--%s: %v", name, err)) // a mistake of the program, not of its user
	}
	cmd.Flags().Var(s, name, usage)
}

// A List is a flag that can be given several times.
type List struct {
	Into  *[]string
	Check func(string) error
}

// String implements [pflag.Value].
func (l *List) String() string { return strings.Join(*l.Into, ",") }

// Type implements [pflag.Value].
func (l *List) Type() string { return "text" }

// GetSlice implements [pflag.SliceValue].
func (l *List) GetSlice() []string { return *l.Into }

// Append implements [pflag.SliceValue].
func (l *List) Append(v string) error { return l.Set(v) }

// Replace implements [pflag.SliceValue].
func (l *List) Replace([]string) error { return errors.ErrUnsupported }

// Set implements [pflag.Value].
func (l *List) Set(v string) error {
	if err := l.Check(v); err != nil {
		return err
	}
	*l.Into = append(*l.Into, v)
	return nil
}

// OneOf accepts some texts.
func OneOf[T ~string](all ...T) func(string) (T, error) {
	return func(text string) (T, error) {
		var names []string
		for _, v := range all {
			if string(v) == text {
				return v, nil
			}
			names = append(names, string(v))
		}
		return "", errors.New("it must be one of " + strings.Join(names, ", "))
	}
}

// AtLeast accepts whole numbers from one on.
func AtLeast(least int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least {
			return 0, fmt.Errorf("it must be a whole number, %d or more", least)
		}
		return n, nil
	}
}

// PositiveDuration reads a time such as 90s.
func PositiveDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errors.New("it must be a time such as 90s, 20m or 1h30m")
	}
	return d, nil
}

var units = map[string]float64{
	"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

var sizeText = regexp.MustCompile(`^([0-9]{1,18}(?:\.[0-9]{1,6})?) *([A-Za-z]*)$`)

// Size reads a number of bytes, as in 1GiB, 500MB, 1.5 TiB or 1048576.
func Size(text string) (int64, error) {
	parts := sizeText.FindStringSubmatch(text)
	if parts != nil {
		n, err := strconv.ParseFloat(parts[1], 64)
		unit := units[strings.ToLower(parts[2])]
		if bytes := n * unit; err == nil && bytes >= 1 && bytes < 1<<62 {
			return int64(bytes), nil
		}
	}
	return 0, errors.New("it must be a size such as 1GiB, 500MB or a number of bytes")
}

var hostText = regexp.MustCompile(`^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// HostAndPort accepts HOST and HOST:PORT.
func HostAndPort(text string) error {
	if !hostText.MatchString(text) {
		return errors.New("it must be a host such as archives.example or 10.0.0.7:9000")
	}
	return nil
}

var projectText = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}(=.+)?$`)

// ProjectAndArchive accepts NAME and NAME=ARCHIVE.
func ProjectAndArchive(text string) error {
	if !projectText.MatchString(text) {
		return errors.New("it must be NAME or NAME=ARCHIVE; a name has up to 64 lower-case letters, digits and dashes and starts with a letter")
	}
	return nil
}

// ListenAddress reads an address to listen at.
func ListenAddress(text string) (string, error) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", errors.New("it must be an address such as 127.0.0.1:8080 or :8080")
	}
	return text, nil
}

// OneLine is an error whose text has no line breaks.
func OneLine(err error) error {
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}
