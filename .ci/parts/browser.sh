# shellcheck shell=bash
# The pages of the command in a browser. The driver is a module of its own.

axe_version=4.14.1

part.browser() {
    need npm nodejs npm
    need chromium chromium fonts-dejavu-core
    need curl curl
    go test -count 1 -run Curl ./api/cmd/internal/docs
    (cd "${scratch:?}" && npm pack --silent "axe-core@$axe_version" && tar -xf "axe-core-$axe_version.tgz")
    cd tests/browser || exit
    go mod tidy -diff
    go vet ./...
    AXE=$scratch/package/axe.min.js go test -count 1 -timeout 3m ./...
}
