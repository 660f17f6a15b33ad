#!/usr/bin/env bash
# Makes .venv in the checkout: system packages where they are missing, pinned versions, this program in editable form.
# Does nothing when the lock file and pyproject.toml have not changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=packaging/requirements.lock
stamp=.venv/.microdesigner-setup
fingerprint=$(cat "$lock" pyproject.toml packaging/system-packages.txt packaging/setup.sh | cksum)

say() { echo "setup: $*" >&2; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed; install it or name it, as in: make setup PYTHON=/path/to/python3.12"
    return 1
}

# Ubuntu 24.04 and Debian 13 renamed libglib2.0-0 to libglib2.0-0t64.
installed() { dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed' || dpkg -s "$1t64" >/dev/null 2>&1; }

missing_packages() {
    local package
    while read -r package; do
        installed "$package" || echo "$package"
    done < packaging/system-packages.txt
    if ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    fi
}

system_packages() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 0
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$1")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            say "system packages are missing; install them with: sudo apt-get install ${missing[*]}"
            return 0
        fi
        as_root=(sudo -n)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2 || say "the package lists could not be renewed; trying with those at hand"
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        </dev/null >/dev/null; then
        say "some system packages could not be installed; going on without ${missing[*]}"
    fi
}

if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ] && .venv/bin/python -c ''; then
    exit 0
fi

python=$(find_python)
system_packages "$python"
if ! { [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    say "creating .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
say "installing the pinned versions (several minutes the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$lock" </dev/null
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . </dev/null
say "compiling the descriptors, so that no user waits for it"
.venv/bin/python - <<'PY'
import numpy as np
from microdesigner import Microstructure, describe

describe(Microstructure(np.random.default_rng(0).integers(0, 3, (16, 16, 16), dtype=np.uint8)), "full")
PY
echo "$fingerprint" > "$stamp"
say "done; 'make run' starts microdesigner"
