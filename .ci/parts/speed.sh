# shellcheck shell=bash
# The benchmarks.

part.bench() { go test -run '^$' -bench . -benchtime 1x ./...; }

# A module of its own. What it compares with is made here and not committed.
part.peers() {
    cd tests/peers || exit
    go generate ./...
    go mod tidy -diff
    go vet ./...
    go test -timeout 5m -bench . -benchtime 1x ./...
}
