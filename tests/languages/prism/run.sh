# run.sh CONTRACT: the mock server Prism answers every operation with the code
# that servers of this project send, a download with 200 unless another code is
# preferred, and each error with an example of its own.
set -euo pipefail
contract=$(realpath "$1")
version=5.16.0

work=$(mktemp -d)
mock=
stop() { test -z "$mock" || kill "$mock" || true; rm -rf "$work"; }
trap stop EXIT
npm install --silent --no-fund --no-audit --prefix "$work" "@stoplight/prism-cli@$version"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
node "$work/node_modules/@stoplight/prism-cli/dist/index.js" mock -h 127.0.0.1 -p "$port" "$contract" >"$work/log" 2>&1 &
mock=$!
for _ in $(seq 120); do
    ! grep -q 'is listening' "$work/log" || break
    kill -0 "$mock" || { cat "$work/log"; exit 1; }
    sleep 0.5
done

id=903ccd12-81d1-46e1-9ac9-b9d70af118de
failed=0
passed=0

# expect WANTED PATH [CURL-OPTION..] looks at the code and the error of a response.
expect() {
    local wanted=$1 path=$2 got
    shift 2
    got=$(curl --silent --max-time 20 --output "$work/body" --write-out '%{http_code}' \
        --header 'Authorization: Token x' "$@" "http://127.0.0.1:$port/projects/demo/$path")
    got+=$(python3 -c '
import json, sys
try: print(":", json.load(open(sys.argv[1]))["error"])
except (ValueError, KeyError, TypeError): pass
' "$work/body")
    if test "$got" = "$wanted"; then passed=$((passed + 1)); return; fi
    failed=$((failed + 1))
    echo "$path $*: $got, want $wanted"
}

json=(--header 'Content-Type: application/json' --data '{}')
expect 200 exports
expect 201 'exports?all=true' "${json[@]}"
expect 200 "exports/$id"
expect 200 "exports/$id/download"
expect 204 "exports/$id" --request DELETE
expect 200 imports
expect 201 imports --form "file=@$contract"
expect 201 imports --form "export_id=$id"
expect '400: the request does not fit the contract' imports --form "file=@$contract" --form "export_id=$id"
expect 200 "imports/$id"
expect 200 "imports/$id" --request PATCH "${json[@]}"
expect 200 "imports/$id/download"
expect 204 "imports/$id" --request DELETE

prefer() { expect "$1" "exports/$id/download" --header "Prefer: code=${1%%:*}"; }
prefer 206
prefer '400: the request does not fit the contract'
prefer '401: the token is not known'
prefer '403: this token may only read'
prefer '404: the export does not exist'
prefer '409: the export is not completed'
prefer '416: the archive has no such bytes'
prefer '429: too many requests'
prefer '500: the server failed'

echo "prism $version -> $passed passed, $failed failed"
test "$failed" -eq 0
