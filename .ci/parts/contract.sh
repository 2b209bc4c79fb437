# shellcheck shell=bash
# The contract, and what is generated from it.

redocly_version=2.77.0
spectral_version=6.16.3
sqlc_version=v1.30.0

part.spec() {
    need npx nodejs npm
    echo '--- Redocly'
    npx --yes "@redocly/cli@$redocly_version" lint --extends recommended --format json openapi.yaml >"${scratch:?}/redocly.json"
    node -e '
        const { totals, problems } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
        console.log(totals);
        if (totals.errors + totals.warnings > 0) {
            console.log(JSON.stringify(problems, null, 2));
            process.exit(1);
        }
    ' "${scratch:?}/redocly.json"
    echo '--- Spectral'
    npx --yes "@stoplight/spectral-cli@$spectral_version" lint --fail-severity=warn openapi.yaml
}

# checkout prints the id of a Git tree of all files as they are now, committed or
# not, except those that are ignored.
checkout() {
    cp "$(git rev-parse --git-path index)" "${scratch:?}/index"
    GIT_INDEX_FILE=${scratch:?}/index git add --all
    GIT_INDEX_FILE=${scratch:?}/index git write-tree
}

part.generate() {
    local before after
    before=$(checkout)
    go generate ./...
    after=$(checkout)
    if ! git diff --exit-code --stat --patch "$before" "$after" >"$scratch/diff"; then
        echo 'go generate changes these files:'
        head -100 "$scratch/diff"
        return 1
    fi
}

part.statements() {
    need gcc gcc libc6-dev
    go run "github.com/sqlc-dev/sqlc/cmd/sqlc@$sqlc_version" diff -f api/server/internal/database/sqlc.yaml
}
