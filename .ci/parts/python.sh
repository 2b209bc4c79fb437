# shellcheck shell=bash
# What Python says: each part has an environment of its own.

# venv NAME PACKAGE.. makes one, and prints its interpreter.
venv() {
    local folder=${scratch:?}/$1
    python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv >&2
    python3 -m venv "$folder" >&2
    "$folder/bin/pip" install --quiet --disable-pip-version-check "${@:2}" >&2
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
