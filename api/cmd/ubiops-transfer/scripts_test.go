package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
)

const template = "../../../tests/samples/import-template.zip"

// Each script in testdata/script is one job of a user, and its documentation. It
// has a server of its own, with the official template in the project source and
// an empty project target.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, error %v", len(files), err)
	}
	archive, err := filepath.Abs(template)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("source", apitest.FromFile(template)), apitest.WithProject("target"))
			testscript.Run(t, testscript.Params{
				Files:              []string{file},
				RequireUniqueNames: true,
				Cmds:               map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "id": id, "private": private},
				Setup: func(env *testscript.Env) error {
					if err := fakeOfficial(env.WorkDir, s); err != nil {
						return err
					}
					for name, value := range map[string]string{
						api.EnvHost: s.URL, api.EnvToken: s.Token("source"), "UBIOPS_PROJECT": "source",
						"SOURCE_TOKEN": s.Token("source"), "TARGET_TOKEN": s.Token("target"),
						"ARCHIVE": archive, "HOME": env.WorkDir, "XDG_CONFIG_HOME": filepath.Join(env.WorkDir, "config"),
					} {
						env.Setenv(name, value)
					}
					return nil
				},
			})
		})
	}
}

// exits runs a program that has to exit with a code: exits 2 ubiops-transfer ...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENT...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("it exits with %d instead of %d", got, want)
	}
}

// id takes the id out of what a command has printed as JSON or YAML: id stdout NAME.
func id(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: id FILE NAME")
	}
	found := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).FindString(ts.ReadFile(args[0]))
	if found == "" {
		ts.Fatalf("there is no id in it")
	}
	ts.Setenv(args[1], found)
}

// private checks that nobody but the user can read a file.
func private(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if mode := info.Mode().Perm(); neg || mode != 0o600 {
		ts.Fatalf("its mode is %v", mode)
	}
}

// fakeOfficial puts a program into the folder bin that answers as the official CLI
// does when it is asked for its configuration, and the token into the file real.
func fakeOfficial(dir string, s *apitest.Server) error {
	program := "#!/bin/sh\ncase $3 in\nauth.api) echo " + s.URL + ";;\ndefault.project) echo source;;\nauth.service_token) echo Token " + s.Token("source") + ";;\nesac\n"
	return errors.Join(
		os.Mkdir(filepath.Join(dir, "bin"), 0o700),
		os.WriteFile(filepath.Join(dir, "bin", "ubiops"), []byte(program), 0o700),
		os.WriteFile(filepath.Join(dir, "real"), []byte("Token "+s.Token("source")+"\n"), 0o600))
}
