package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The commands exports and imports take the place of those of the official CLI.
// What they do otherwise on purpose; the README has the same list.
const differences = `Scripts for the official CLI work as they are. What differs on purpose:
  - errors go to stderr
  - dates in JSON are as in RFC 3339
  - files of "get -o", and selections and confirmations, have environments, services and
    descriptions too, if there are any; "v1:" with nothing behind it is "v1: {}"
  - files are replaced as a whole or not at all; archives are for their owner only; a
    download asks for the size first, and "-" stands for stdin and stdout
  - a progress bar is for terminals only
  - the host, the project and the token come from the environment or a profile; a project
    is never guessed
  - Ctrl-C exits with 130`

var officialGroups = map[string]bool{"exports": true, "imports": true}

// respelled are options of more than one letter after one dash, which pflag does
// not know.
var respelled = map[string]string{"-fmt": "--format", "-pb": "--progress_bar"}

// officialArgs rewrites arguments as the official CLI reads them to what pflag
// reads so: -fmt json, -fmt=json, and -o=F, where the file is named =F. The
// official CLI refuses -pbfalse, which would be the project bfalse here.
func officialArgs(flags *pflag.FlagSet, args []string) ([]string, error) {
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...), nil
		}
		name, _, attached := strings.Cut(arg, "=")
		if long, ok := respelled[name]; ok && flags.Lookup(long[2:]) != nil {
			arg, name = long+arg[len(name):], long
		}
		needs := false // the next argument, whatever it looks like
		switch {
		case strings.HasPrefix(name, "--"):
			f := flags.Lookup(name[2:])
			needs = f != nil && f.NoOptDefVal == "" && !attached
		case strings.HasPrefix(arg, "-pb"):
			return nil, fmt.Errorf("no such option: %s", arg)
		case strings.HasPrefix(arg, "-"):
			var value string
			if arg, value, needs = cluster(flags, arg); value != "" {
				out = append(out, arg)
				arg, needs = value, false
			}
		}
		out = append(out, arg)
		if needs && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out, nil
}

// rewritten returns the arguments of the command as pflag reads them.
func rewritten(root *cobra.Command, args []string) ([]string, error) {
	if len(args) < 2 || !officialGroups[args[0]] {
		return args, nil
	}
	cmd, _, err := root.Find(args[:2])
	if err != nil {
		return args, nil //nolint:nilerr // cobra says so too
	}
	rest, err := officialArgs(cmd.Flags(), args[2:])
	if err != nil {
		return nil, usage(err)
	}
	return append(args[:2:2], rest...), nil
}

// cluster splits one-letter options, such as -qoF, before the value of the last
// one, and says whether that still needs one.
func cluster(flags *pflag.FlagSet, arg string) (options, value string, needs bool) {
	for i := 1; i < len(arg); i++ {
		f := flags.ShorthandLookup(arg[i : i+1])
		if f == nil {
			break
		}
		if f.NoOptDefVal == "" {
			return arg[:i+1], arg[i+1:], true
		}
	}
	return arg, "", false
}

// officialGroup makes exports or imports, whose errors are those of the official
// CLI: 2 for its arguments, and 1 for any other.
func officialGroup(name, short string, commands ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{
		Use: name, Short: short, Long: short + ".\n\n" + differences,
		Example: "  ubiops-transfer " + name + " list --status completed",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	group.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	for _, cmd := range append(commands, group) {
		if f := cmd.Flags().Lookup("format"); f != nil {
			f.Usage += "; -fmt for short"
		}
		args, run := cmd.Args, cmd.RunE
		cmd.Args = func(cmd *cobra.Command, given []string) error {
			if err := args(cmd, given); err != nil {
				return usage(err)
			}
			return nil
		}
		cmd.RunE = func(cmd *cobra.Command, given []string) error {
			err := run(cmd, given)
			if _, ok := errors.AsType[*exitError](err); ok || err == nil {
				return err
			}
			return exitWith(exitFailed, err)
		}
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	group.AddCommand(commands...)
	return group
}

func usage(err error) error { return exitWith(exitUsage, err) }

// oneSource fails unless exactly one of the flags is given.
func oneSource(cmd *cobra.Command, names ...string) error {
	var given []string
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	switch len(given) {
	case 1:
		return nil
	case 0:
		return usage(errors.New("one of these is needed: --" + strings.Join(names, ", --")))
	}
	return usage(errors.New("only one of these can be given: " + strings.Join(given, ", ")))
}

// clickBool reads what the official CLI takes for a truth value.
func clickBool(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "true", "t", "yes", "y", "on":
		return true, nil
	case "0", "false", "f", "no", "n", "off":
		return false, nil
	}
	return false, errors.New("it has to be one of true, false, yes, no, on, off, 1, 0")
}
