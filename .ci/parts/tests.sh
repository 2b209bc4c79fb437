# shellcheck shell=bash
# The tests, in each way that they have to pass.

next_go=go1.27.0

# readme_command prints a line of the README's first code block.
readme_command() { awk '/^```sh$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md | sed -n "$1p"; }

# as_printed runs a line of that block as a newcomer would.
as_printed() {
    local command
    command=$(readme_command "$1")
    echo "\$ ${command:?the README does not print it}"
    bash -c "$command"
}

part.fetched() { .ci/fetched.sh; }

part.test() { as_printed 2; }

# The README's command tries a part of the generated archives.
part.cases() { ARCHIVE_CASES=all go test -count 1 ./api/archive; }

# Most of the time they wait, so there are more at once than processors.
part.kills() { KILLS=10 go test -count 1 -parallel 16 -run Killed ./api/cmd/ubiops-transfer; }

# Its encoding/json is another one.
part.go-next() { GOTOOLCHAIN=$next_go go test ./tests/models; }

part.race() {
    need gcc gcc libc6-dev
    go test -race -timeout 30m ./...
}

# A number of inputs, not a time: if the time runs out at the wrong moment, go test
# fails with "context deadline exceeded" though nothing was found.
part.fuzz() { fuzz "${FUZZ:-20000x}"; }

fuzz() {
    local found file target
    found=$(git grep --untracked -oE '^func Fuzz\w+' -- '*_test.go')
    while IFS=: read -r file target; do
        target=${target#func }
        echo "--- ${file%/*} $target"
        go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 1x "./${file%/*}" </dev/null
    done <<<"$found"
}
