# shellcheck shell=bash
# Programs that know the contract only.

schemathesis_version=4.32.5
prism_version=$(sed -n "s/^version=//p" tests/languages/prism/run.sh)

# foreign runs their tests; what follows goes to go test.
foreign() {
    need npm nodejs npm
    venv foreign/schemathesis "schemathesis==$schemathesis_version" >/dev/null
    npm install --silent --no-fund --no-audit --prefix "${scratch:?}/foreign/prism" "@stoplight/prism-cli@$prism_version"
    FOREIGN_TOOLS=$scratch/foreign go test -count 1 -v "$@" ./tests/foreign
}

part.foreign() { foreign; }

part.long-foreign() { SCHEMATHESIS_EXAMPLES=${SCHEMATHESIS_EXAMPLES:-1200} foreign -timeout 6h -run Schemathesis; }
