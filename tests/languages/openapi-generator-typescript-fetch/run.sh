# Makes the typescript-fetch client of openapi-generator and moves the project
# with it.
set -euo pipefail
. "$HERE/../shared/openapi-generator.sh"
. "$HERE/../shared/typescript.sh"

# Without the option, names of variables are written in camel case.
generate typescript-fetch --additional-properties "$OPTION"
move
