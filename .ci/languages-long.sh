#!/usr/bin/env bash
# Clients that other generators make of the contract move a project, all that
# are known to; a mock server and viewers of the contract show what it says.
# Needs Go; installs the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

. .ci/languages-packages.sh
command -v mvn >/dev/null || packages maven
go run ./tests/languages -long
bash tests/languages/prism/run.sh openapi.yaml
command -v chromium >/dev/null || packages chromium fonts-dejavu-core
bash tests/languages/viewers/run.sh openapi.yaml
