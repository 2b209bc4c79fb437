# Makes client and server of ogen, and moves the project with the client. The
# generator and what its code imports are pinned in go.mod.
set -euo pipefail

cp "$HERE"/{go.mod,go.sum,move.go} .
go get "github.com/ogen-go/ogen@v$VERSION"
go tool ogen -loglevel error -target client -package client "$CONTRACT"
go build -o built/move .
built/move
