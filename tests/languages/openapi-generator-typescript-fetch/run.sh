# Makes the typescript-fetch client of openapi-generator and moves the project
# with it.
set -euo pipefail
. "$HERE/../shared/openapi-generator.sh"
. "$HERE/../shared/typescript.sh"

# Without the option, a member that was read is sent back in camel case too.
generate typescript-fetch --additional-properties "$OPTION"
move
