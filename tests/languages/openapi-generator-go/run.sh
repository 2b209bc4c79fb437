# Makes the go client of openapi-generator and moves the project with it.
set -euo pipefail
. "$HERE/../shared/openapi-generator.sh"

# Without the option, statuses of exports and imports have the same names.
generate go --package-name client --additional-properties "$OPTION"

# It is a package of the driver's module, so that nothing is fetched.
rm -r client/{go.mod,go.sum,test}
cp "$HERE"/{go.mod,move.go} .
go build -o built/move .
built/move
