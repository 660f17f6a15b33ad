#!/usr/bin/env bash
# All tests, the quick ones first, under a virtual screen where there is one to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
    slow=(tests/cli tests/view3d tests/gui)
    quick=()
    for entry in tests/test_*.py tests/*/; do
        [[ " ${slow[*]} tests/__pycache__ " == *" ${entry%/} "* ]] || quick+=("${entry%/}")
    done
    set -- "${quick[@]}" "${slow[@]}"
fi
screen=()
if command -v xvfb-run >/dev/null; then
    screen=(xvfb-run -a -s "-screen 0 1600x1000x24")
fi
# a process per core with one thread each, whole files at a time: files share what is costly to set up
cores=$(nproc 2>/dev/null || sysctl -n hw.ncpu)
export OMP_NUM_THREADS=1
marked=()
if [ -n "${MICRODESIGNER_QUICK_TESTS:-}" ]; then
    marked=(-m "not long")
fi
exec ${screen[@]+"${screen[@]}"} .venv/bin/python -m pytest \
    --numprocesses "$((cores < 4 ? cores : 4))" --dist loadfile ${marked[@]+"${marked[@]}"} "$@" </dev/null
