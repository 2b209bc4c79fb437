#!/usr/bin/env bash
# Clients that other generators make of the contract move a project, the most
# used ones. Needs Go; installs the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

. .ci/languages-packages.sh
go run ./tests/languages
