#!/usr/bin/env bash
# What is fetched into empty caches: by a module whose test uses apitest, and by the
# README's first command. Fails if it is more than it may be.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# fetched CACHE MODULES ZIPPED UNPACKED: compares what is in a module cache, in MB.
fetched() {
    local zips zipped unpacked
    zips=$(find "$1/cache/download" -name '*.zip' | wc -l)
    zipped=$(find "$1/cache/download" -name '*.zip' -printf '%s\n' | awk '{ n += $1 } END { printf "%d", n / 1e6 + 1 }')
    unpacked=$(find "$1" -path "$1/cache" -prune -o -type f -printf '%s\n' | awk '{ n += $1 } END { printf "%d", n / 1e6 + 1 }')
    echo "$zips modules, $zipped MB, $unpacked MB unpacked; at most $2, $3 MB, $4 MB"
    if [ -d "$1/google.golang.org" ] && ls "$1/google.golang.org" | grep -q '^api@'; then
        echo "google.golang.org/api is among them"
        return 1
    fi
    [ "$zips" -le "$2" ] && [ "$zipped" -le "$3" ] && [ "$unpacked" -le "$4" ]
}

echo "a module whose test uses apitest:"
mkdir "$work/client"
sed 's,github.com/ubiops-contrib/transfer/tests/linked/client,example.com/client,' tests/linked/client/client_test.go >"$work/client/client_test.go"
cp tests/linked/client/client.go "$work/client/"
cat >"$work/client/go.mod" <<MOD
module example.com/client

go $(go list -m -f '{{.GoVersion}}')

require github.com/ubiops-contrib/transfer v0.0.0

replace github.com/ubiops-contrib/transfer => $PWD
MOD
(cd "$work/client" && GOMODCACHE=$work/modules GOFLAGS=-mod=mod go test ./... 2>"$work/log") || { cat "$work/log"; exit 1; }
fetched "$work/modules" 18 16 80

first=$(awk '/^```sh$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md | sed -n 1p)
echo "$first:"
start=$SECONDS
GOMODCACHE=$work/all GOCACHE=$work/build bash -c "$first" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
echo "$((SECONDS - start)) s"
fetched "$work/all" 1000 68 364
