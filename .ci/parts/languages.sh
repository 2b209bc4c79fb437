# shellcheck shell=bash
# Clients that generators of other languages make of the contract.

need_languages() {
    need npm nodejs npm
    need javac default-jdk-headless
    need curl curl
    python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
}

part.languages() {
    need_languages
    go run ./tests/languages
}

part.long-languages() {
    need_languages
    need mvn maven
    go run ./tests/languages -long
    bash tests/languages/prism/run.sh openapi.yaml
    need chromium chromium fonts-dejavu-core
    bash tests/languages/viewers/run.sh openapi.yaml
}
