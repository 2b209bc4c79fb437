# shellcheck shell=bash
# Changes of the contract, each made in a copy of the module.

part.changes() { CHANGES=1 go test -count 1 -timeout 30m -v ./tests/changes; }
