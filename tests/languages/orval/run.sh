# Makes the client of orval and moves the project with it.
set -euo pipefail
. "$HERE/../shared/typescript.sh"

npm install --silent --no-fund --no-audit "orval@$VERSION" typescript@5.9.3
# Without the option, the client calls paths without a host.
cat >orval.config.mjs <<CONFIG
export default { move: { input: process.env.CONTRACT, output: { target: "client.ts", client: "fetch", $OPTION } } };
CONFIG
node_modules/.bin/orval --config orval.config.mjs
move
