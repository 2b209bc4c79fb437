# shellcheck shell=bash
# The long forms, for a person to run by hand.

part.long-kills() {
    KILLS=100 UPLOAD_MIB=1024 go test -count 1 -timeout 4h -v ./tests/durability
    KILLS=60 BACKUP_MIB=4096 go test -count 1 -timeout 1h -parallel 16 -run "Killed|LittleMemory" -v ./api/cmd/ubiops-transfer
}

part.long-attacks() { ATTACKS=10 LARGE_MB=30 go test -count 1 -timeout 2h -v ./tests/attacks; }

part.long-bench() {
    SERVER_BENCH=full go test -run '^$' -bench . -benchtime 1x -timeout 2h ./tests/server
    go test -run '^$' -bench . -timeout 2h ./...
}

part.long-fuzz() { fuzz "${FUZZ:-1000000x}"; }
