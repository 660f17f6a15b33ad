#!/usr/bin/env bash
# All tests, under a virtual screen where there is one to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

screen=()
if command -v xvfb-run >/dev/null; then
    screen=(xvfb-run -a -s "-screen 0 1600x1000x24")
fi
exec ${screen[@]+"${screen[@]}"} .venv/bin/python -m pytest "$@" </dev/null
