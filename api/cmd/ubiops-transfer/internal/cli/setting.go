package cli

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

// envPrefix begins the names of the variables that replace flags.
const envPrefix = "UBIOPS_TRANSFER_"

// fromEnv sets every flag that was not given from its variable: --max-archive
// from UBIOPS_TRANSFER_MAX_ARCHIVE. A repeatable flag takes values that are
// separated by commas. An empty variable counts as not set. The result says
// how to name a flag in an error: with the variable that it came from.
func fromEnv(cmd *cobra.Command, getenv func(string) string) (origins, error) {
	var errs []error
	from := origins{}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
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

// origins are the variables that flags came from, by flag.
type origins map[string]string

// of names a flag, and where its value came from if not from the flag.
func (o origins) of(flag string) string {
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

// flag adds a setting with a default, which has to be one that it accepts.
func flag[T any](cmd *cobra.Command, into *T, name, preset, kind, usage string, parse func(string) (T, error)) {
	s := &setting[T]{into: into, kind: kind, parse: parse}
	if err := s.Set(preset); err != nil {
		panic(fmt.Sprintf("--%s: %v", name, err)) // a mistake of the program, not of its user
	}
	cmd.Flags().Var(s, name, usage)
}

// list is a flag that can be given several times.
type list struct {
	into  *[]string
	check func(string) error
}

func (l *list) String() string         { return strings.Join(*l.into, ",") }
func (l *list) Type() string           { return "text" }
func (l *list) GetSlice() []string     { return *l.into }
func (l *list) Append(v string) error  { return l.Set(v) }
func (l *list) Replace([]string) error { return errors.ErrUnsupported }

func (l *list) Set(v string) error {
	if err := l.check(v); err != nil {
		return err
	}
	*l.into = append(*l.into, v)
	return nil
}

func oneOf[T ~string](all ...T) func(string) (T, error) {
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

func atLeast(least int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least {
			return 0, fmt.Errorf("it must be a whole number, %d or more", least)
		}
		return n, nil
	}
}

func positiveDuration(text string) (time.Duration, error) {
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

// size reads a number of bytes, as in 1GiB, 500MB, 1.5 TiB or 1048576.
func size(text string) (int64, error) {
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

func hostAndPort(text string) error {
	if !hostText.MatchString(text) {
		return errors.New("it must be a host such as archives.example or 10.0.0.7:9000")
	}
	return nil
}

var projectText = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}(=.+)?$`)

func projectAndArchive(text string) error {
	if !projectText.MatchString(text) {
		return errors.New("it must be NAME or NAME=ARCHIVE; a name has up to 64 lower-case letters, digits and dashes and starts with a letter")
	}
	return nil
}

func listenAddress(text string) (string, error) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", errors.New("it must be an address such as 127.0.0.1:8080 or :8080")
	}
	return text, nil
}
