#!/usr/bin/env bash
# The official client, in several versions, and the official command against the
# reference server. They are installed from PyPI into a temporary folder.
# Needs Go and python3 with venv.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT

# install makes a virtual environment with a tool; the old ones need setuptools.
install() {
    python3 -m venv "$tools/$1-$2"
    "$tools/$1-$2/bin/pip" install --quiet --disable-pip-version-check "$1==$2" 'setuptools<81'
}
install ubiops 3.15.0
install ubiops 4.5.0
install ubiops 4.9.0
install ubiops 4.15.0
install ubiops-cli 2.32.0

OFFICIAL_TOOLS=$tools go test -count 1 ./tests/official
