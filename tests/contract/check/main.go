// Check finds mistakes in a contract that the generator does not report, or
// reports without their place:
//
//	go run ./tests/contract/check openapi.yaml
//
// It prints one line for each, as in openapi.yaml:12: #/components/schemas/Prot
// leads nowhere. The first line of go:generate runs it.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: check FILE")
		os.Exit(2)
	}
	file := os.Args[1]
	data, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mistakes := check(data)
	for _, mistake := range mistakes {
		fmt.Fprintf(os.Stderr, "%s:%s\n", file, mistake)
	}
	if len(mistakes) > 0 {
		os.Exit(1)
	}
}
