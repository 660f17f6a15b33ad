#!/usr/bin/env bash
# The desktop where there is a screen; the same generation without one, into output/.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
    exec .venv/bin/python -m microdesigner
fi
echo "No screen here, so a volume is generated without the desktop; look into output/." >&2
exec .venv/bin/python -m microdesigner generate --model ch-3phase --target vol_frac_D=0.35 vol_frac_M=0.2 \
    --match fractions --out output --format vti,tiff --picture
