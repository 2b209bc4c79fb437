#!/usr/bin/env bash
# Clients that other generators make of the contract move a project, all that
# are known to, and a mock server answers as the contract says. Needs Go;
# installs the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

. .ci/languages-packages.sh
command -v mvn >/dev/null || packages maven
go run ./tests/languages -long
bash tests/languages/prism/run.sh openapi.yaml
