package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
)

// defaultProfile is the name of the profile that needs not be named.
const defaultProfile = "default"

// profile says where commands go if the environment does not.
type profile struct {
	Host         string   `json:"host,omitzero"`
	Project      string   `json:"project,omitzero"`
	Token        string   `json:"token,omitzero"`
	TokenCommand []string `json:"token_command,omitempty"` // prints the token
	Colour       string   `json:"colour,omitzero"`         // of the pages of review
}

func profilesPath() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for profiles: %w", err)
	}
	return filepath.Join(folder, "ubiops-transfer", "profiles.json"), nil
}

// readProfiles reads all profiles by name: none if there is no file.
func readProfiles() (map[string]profile, error) {
	all := map[string]profile{}
	path, err := profilesPath()
	if err != nil {
		return all, nil //nolint:nilerr // without a folder there is no profile
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: others can read or write it; chmod 600 it", path)
	}
	text, err := os.ReadFile(path) //nolint:gosec // G304: it is the user's own
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &all, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

func writeProfiles(all map[string]profile) error {
	path, err := profilesPath()
	if err != nil {
		return err
	}
	text, err := json.Marshal(all, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return replaceFile(path, 0o600, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
}

// profileNamed returns a profile. The default one may be missing.
func profileNamed(name string) (profile, error) {
	all, err := readProfiles()
	if _, ok := all[name]; err == nil && !ok && name != defaultProfile {
		err = noProfile(name)
	}
	return all[name], err
}

// colourOf is the colour for pages of a project, if the profile is one of that.
func (p *profile) colourOf(host, project string) string {
	if strings.TrimRight(cmp.Or(p.Host, api.DefaultHost), "/") != strings.TrimRight(host, "/") || p.Project != "" && p.Project != project {
		return ""
	}
	return p.Colour
}

func noProfile(name string) error {
	return fmt.Errorf("there is no profile %s; 'ubiops-transfer profile list' shows those that there are", name)
}

// token returns the token of a profile: the text that it has, or that its command
// prints.
func (p *profile) token(ctx context.Context, stderr io.Writer) (string, error) {
	if len(p.TokenCommand) == 0 {
		return p.Token, nil
	}
	token, err := runFor(ctx, stderr, p.TokenCommand...)
	if err == nil && token == "" {
		err = errors.New("it prints nothing")
	}
	if err != nil {
		return "", fmt.Errorf("the command for the token, %s: %w", strings.Join(p.TokenCommand, " "), err)
	}
	return token, nil
}

// runFor runs a program, without a shell, for the first line that it prints.
func runFor(ctx context.Context, stderr io.Writer, command ...string) (string, error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // G204: it is the user's own
	cmd.Stdout, cmd.Stderr = &out, stderr
	cmd.WaitDelay = time.Second // for what it has started
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", err
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	return strings.TrimSpace(line), nil
}
