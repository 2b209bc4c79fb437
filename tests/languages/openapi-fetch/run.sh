# Makes the types of openapi-typescript, which openapi-fetch calls with, and
# moves the project with them.
set -euo pipefail
. "$HERE/../shared/typescript.sh"

npm install --silent --no-fund --no-audit "openapi-fetch@$VERSION" openapi-typescript@7.13.0
# Without the option, members that have a default must be given.
node_modules/.bin/openapi-typescript "$CONTRACT" "$OPTION" --output contract.ts
move
