#!/usr/bin/env bash
# Quick tests with the lowest versions that pyproject.toml declares, in build/lowest. Only torch is the pinned one of
# locks/torch.txt: older builds take gigabytes to fetch, and one that is there already is used.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${LOWEST_HOME:-build/lowest}
pins=$home/pins.txt
quick=(tests/core tests/io tests/descriptors tests/physics tests/models tests/engine tests/data/test_importing.py
    tests/training/test_pipeline.py tests/view3d/test_scene.py tests/view3d/test_exports.py
    tests/gui/test_window.py tests/gui/test_generation.py tests/gui/viewer/test_views.py)

[ -x "$home/bin/python" ] || "${PYTHON:-python3}" -m venv "$home"
"$home/bin/python" - pyproject.toml packaging/locks > "$pins" <<'PY'
import re
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)["project"]
lock = {}
for name in ("torch", "developers"):
    with open(f"{sys.argv[2]}/{name}.txt") as file:
        pins = re.findall(r"^([\w.-]+)==([\w.]+)", file.read(), re.MULTILINE)
    lock |= {re.sub(r"[-_.]+", "-", name.lower()): pin for name, pin in pins}
for requirement in project["dependencies"]:
    name, low = re.match(r"([\w-]+)>=([\w.]+)", requirement).groups()
    print(f"{name}=={lock['torch'] if name == 'torch' else low}")
for requirement in project["optional-dependencies"]["dev"]:
    name = re.match(r"[\w-]+", requirement)[0]
    if name in ("pytest", "pytest-qt", "pytest-xdist", "hypothesis", "pynrrd", "meshio"):  # others want newer versions
        print(f"{name}=={lock[name]}")
PY
"$home/bin/python" -m pip install --quiet --disable-pip-version-check -r "$pins" hatchling editables </dev/null
"$home/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . </dev/null

[ $# -gt 0 ] || set -- "${quick[@]}"
present=()
for path in "$@"; do
    [ ! -e "$path" ] || present+=("$path")
done
screen=()
if command -v xvfb-run >/dev/null; then
    screen=(xvfb-run -a -s "-screen 0 1600x1000x24")
fi
export OMP_NUM_THREADS=1 PYTHONPATH=$PWD
exec ${screen[@]+"${screen[@]}"} "$home/bin/python" -m pytest -p no:cacheprovider --ignore tests/models/test_sampler_oracle.py \
    "${present[@]}" </dev/null
