# run.sh CONTRACT [FOLDER]: Redoc, Swagger UI and Scalar show the success of an
# operation first and each error with an example of its own. Needs Chromium;
# pictures of the pages are left in FOLDER.
set -euo pipefail
contract=$(realpath "$1")
pictures=$(realpath "${2:-.}")
here=$(realpath "$(dirname "$0")")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
test $# -gt 1 || pictures=$work
cp "$here/look.mjs" "$work"
cp "$contract" "$work/openapi.yaml"
cd "$work"
npm install --silent --no-fund --no-audit \
    redoc@2.5.2 swagger-ui-dist@5.35.0 @scalar/api-reference@1.76.0 puppeteer-core@24.10.0
node look.mjs "$(command -v chromium)" "$pictures"
