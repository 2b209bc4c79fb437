# shellcheck shell=bash
# What Python says: each part has an environment of its own.

# venv NAME PACKAGE.. makes one, and prints its interpreter.
venv() {
    local folder=${scratch:?}/$1
    python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv >&2
    python3 -m venv "$folder" >&2
    if (($# > 1)); then "$folder/bin/pip" install --quiet --disable-pip-version-check "${@:2}" >&2; fi
    echo "$folder/bin/python"
}

part.yaml() {
    PYYAML_PYTHON=$(venv yaml PyYAML==6.0.3) go test -count 1 -run PyYAML -v ./api/archive
}

# The old tools need setuptools.
part.official() {
    local tool
    for tool in ubiops-3.15.0 ubiops-4.5.0 ubiops-4.9.0 ubiops-4.15.0 ubiops-cli-2.32.0; do
        venv "official/$tool" "${tool%-*}==${tool##*-}" 'setuptools<81' >/dev/null
    done
    OFFICIAL_TOOLS=${scratch:?}/official go test -count 1 ./tests/official
}

# The contract next to the page and what is published on PyPI.
part.drift() {
    local wheels=${scratch:?}/wheels pip version
    pip=$(venv drift)
    for version in 4.5.0 4.6.0 4.9.0 4.11.0 4.12.0 4.13.0 4.14.0 4.15.0; do
        "$pip" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$wheels" "ubiops==$version"
    done
    "$pip" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$wheels" ubiops-cli==2.32.0
    DRIFT_WHEELS=$wheels go test -count 1 ./tests/contract/drift ./tests/drift
    go run ./tests/drift tests/contract/page/imports-and-exports.{md,txt} "$wheels"/ubiops{-4.15.0,_cli-2.32.0}-*.whl
}
