# Makes the python client of openapi-generator and moves the project with it.
set -euo pipefail
. "$HERE/../shared/openapi-generator.sh"

generate python
python3 -m venv installed
installed/bin/pip install --quiet ./client

PYTHONPATH=$HERE/../shared installed/bin/python -B "$HERE/move.py"
