# shellcheck shell=bash
# What can be said of the code without running it.

golangci_version=v2.15.0
govulncheck_version=v1.9.0

part.tidy() { go mod tidy -diff; }

part.lint() {
    need shellcheck shellcheck
    shellcheck .ci/run .ci/parts/*.sh
    local unformatted system
    unformatted=$(gofmt -l .)
    if [[ -n $unformatted ]]; then
        printf 'not formatted: %s\n' "$unformatted"
        return 1
    fi
    go vet ./...
    for system in windows darwin; do GOOS=$system go vet ./api/cmd/...; done
    go run "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_version" run ./...
}

part.vulnerabilities() {
    local found=${scratch:?}/vulnerabilities
    if go run "golang.org/x/vuln/cmd/govulncheck@$govulncheck_version" ./... >"$found" 2>&1; then return; fi
    cat "$found"
    grep -q '^govulncheck: fetching vulnerabilities: ' "$found"
    echo 'NOT CHECKED: the database of vulnerabilities cannot be reached from here'
}
