# shellcheck shell=bash
# Several servers on PostgreSQL and an S3 server, both real.

versitygw_version=v1.8.0

# need_cluster installs them; without them nothing is tested, so it fails then.
need_cluster() {
    if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then
        install postgresql || { echo 'NOT TESTED: PostgreSQL cannot be installed here' >&2; return 1; }
    fi
    GOBIN=${scratch:?} go install "github.com/versity/versitygw/cmd/versitygw@$versitygw_version" ||
        { echo 'NOT TESTED: versitygw cannot be built here' >&2; return 1; }
    export PATH=$PATH:$scratch CLUSTER=1
}

part.cluster() {
    need_cluster
    go test -count 1 -tags cluster ./api/server/cluster
    go test -count 1 -run '^TestCluster' -v ./tests/durability >"$scratch/log" || { cat "$scratch/log"; return 1; }
    grep -E '^ok|_unix_test.go:.* (kills|jobs so far|imports until)' "$scratch/log"
}

part.long-cluster() {
    need_cluster
    CLUSTER_KILLS=60 CLUSTER_OUTAGE_SECONDS=60 CLUSTER_UPLOAD_MIB=1024 go test -count 1 -timeout 2h -run '^TestCluster' -v ./tests/durability
}
