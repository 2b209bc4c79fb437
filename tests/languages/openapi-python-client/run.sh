# Makes the client of openapi-python-client and moves the project with it.
set -euo pipefail

python3 -m venv installed
installed/bin/pip install --quiet "openapi-python-client==$VERSION"
export PATH=$PWD/installed/bin:$PATH

# Without the option, a download has no response that the generator knows.
printf '%s\n' "$OPTION" >config.yaml
openapi-python-client generate --path "$CONTRACT" --config config.yaml --meta none --output-path client --fail-on-warning

PYTHONPATH=$PWD:$HERE/../shared python -B "$HERE/move.py"
