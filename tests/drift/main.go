// Command drift compares the contract with what is published of the platform, in
// both directions: documentation pages (.md, .txt), official Python clients and the
// official command (wheels, as pip downloads them).
//
//	go run ./tests/drift [-json] [-contract FILE] FILE..
//
// The exit status is 0 if there is no drift, 2 if there is, and 1 after an error.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/mod/semver"

	"github.com/ubiops-contrib/transfer/tests/contract/drift"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

const (
	exitError = 1
	exitDrift = 2
)

// newest is the client that the contract was last compared with as a whole.
const newest = "4.15.0"

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("drift", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print JSON")
	contract := flags.String("contract", "openapi.yaml", "the `FILE` of the contract")
	if err := flags.Parse(args); err != nil {
		return exitError
	}
	reports, err := compare(*contract, flags.Args())
	if err == nil {
		err = write(stdout, reports, *asJSON)
	}
	if err != nil {
		fmt.Fprintln(stderr, "drift:", err)
		return exitError
	}
	for _, report := range reports {
		if len(report.Drift) > 0 {
			return exitDrift
		}
	}
	return 0
}

func compare(contract string, files []string) ([]*drift.Report, error) {
	if len(files) == 0 {
		return nil, errors.New("no page and no wheel is given")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(contract)
	if err != nil {
		return nil, err
	}
	var all []*drift.Report
	for _, file := range files {
		report, err := compareFile(doc, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, report)
	}
	return all, nil
}

func compareFile(doc *openapi3.T, name string) (*drift.Report, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	wheel, size := strings.NewReader(string(data)), int64(len(data))
	switch base := filepath.Base(name); {
	case !strings.HasSuffix(base, ".whl"):
		found, err := drift.ComparePage(string(data), doc)
		if err != nil {
			return nil, err
		}
		return drift.NewReport("page", base, found, true)
	case strings.HasPrefix(base, "ubiops_cli-"):
		version, found, err := drift.CompareCommand(wheel, size, doc)
		if err != nil {
			return nil, err
		}
		return drift.NewReport("command", "ubiops-cli "+version, found, true)
	default:
		client, err := drift.ReadWheel(wheel, size)
		if err != nil {
			return nil, err
		}
		all := semver.Compare("v"+client.Version, "v"+newest) >= 0
		return drift.NewReport("client", "ubiops "+client.Version, drift.CompareWheel(client, doc), all)
	}
}

func write(w io.Writer, reports []*drift.Report, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(reports)
	}
	var text strings.Builder
	for _, r := range reports {
		fmt.Fprintf(&text, "%s: %d drift, %d known\n", r.Source, len(r.Drift), len(r.Known))
		for _, finding := range r.Drift {
			fmt.Fprintf(&text, "  %s\n", finding)
		}
		for _, known := range r.Known {
			fmt.Fprintf(&text, "  known: %s\n    %s\n", known.Finding, known.Reason)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}
