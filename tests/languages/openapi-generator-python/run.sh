# Makes the python client of openapi-generator and moves the project with it.
set -euo pipefail

python3 -m venv installed
installed/bin/pip install --quiet "openapi-generator-cli==$VERSION"
installed/bin/openapi-generator-cli generate -g python -i "$CONTRACT" -o client
installed/bin/pip install --quiet ./client

installed/bin/python "$HERE/move.py"
