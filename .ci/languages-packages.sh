# Sourced: the languages that generators and clients are written in.
packages() { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; }
command -v npm >/dev/null || packages nodejs npm
command -v javac >/dev/null || packages default-jdk-headless
python3 -m venv --help >/dev/null && python3 -c 'import ensurepip' || packages python3-venv
command -v curl >/dev/null || packages curl
