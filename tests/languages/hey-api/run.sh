# Makes the client of @hey-api/openapi-ts and moves the project with it.
set -euo pipefail
. "$HERE/../shared/typescript.sh"

npm install --silent --no-fund --no-audit "@hey-api/openapi-ts@$VERSION" typescript@5.9.3
node_modules/.bin/openapi-ts --input "$CONTRACT" --output client
move
