#!/bin/sh
# What an installed package must do in a bare Debian, run there as root with a DISPLAY: prove_in_root.sh PACKAGE.deb
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root OMP_NUM_THREADS=1
say() { echo "proof: $*"; }

. /etc/os-release
say "$PRETTY_NAME"
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$1" shared-mime-info desktop-file-utils xdg-utils > /tmp/apt.log 2>&1 ||
    { tail -20 /tmp/apt.log; exit 1; }
if command -v python3 || command -v python; then say "there is a Python here; this proves nothing"; exit 1; fi
say "installed without Python: $(microdesigner --version), $(du -sm /usr/lib/microdesigner | cut -f1) MB"
missing=$(export LD_LIBRARY_PATH=/usr/lib/microdesigner/_internal; find /usr/lib/microdesigner -name '*.so*' -type f -exec ldd {} + 2> /dev/null |
    grep 'not found' | awk '{print $1}' | sort -u | grep -v -E 'libtbb|libcuda|libnv' || true)
[ -z "$missing" ] || say "libraries that some file names and nobody has: $missing"

cd "$(mktemp -d)"
microdesigner generate --seed 3 --target vol_frac_D=0.4 vol_frac_M=0.15 --match fractions --out films --format vti,tiff --picture
[ -s films/sample-0000.vti ] && [ -s films/result.json ] || { say "no film"; exit 1; }
say "generated: $(ls films | tr '\n' ' ')"
say "$(grep -h -E 'vti|[.]microdesigner' /usr/share/mime/globs2 | tr '\n' ' ') opened by $(xdg-mime query default application/x-vtk-image-data)"
for format in nrrd h5 tiff mha; do microdesigner convert films/sample-0000.vti film.$format 2> /dev/null; done
say "exported: $(ls film.* | tr '\n' ' ')"
microdesigner describe film.h5 > measured.txt
say "measured again from HDF5: $(head -c 120 measured.txt | tr '\n' ' ')"
microdesigner dataset build films.h5 --series 8 --size 32 32 32 --workers 1 > /dev/null 2>&1
microdesigner train films.h5 --out run --name mine --preset quick --minutes vae=0.2 fp=0.1 ddpm=0.2 --install > train.log 2>&1 &
training=$!
microdesigner verify films/result.json > verified.json
say "verified: $(tr -d '\n' < verified.json | head -c 160)"
wait $training || { tail -5 train.log; exit 1; }
say "trained: $(microdesigner models list | grep mine)"

if [ -n "${DISPLAY:-}" ]; then
    desktop=/usr/share/applications/org.microdesigner.microdesigner.desktop  # as a double click: what the entry says
    sh -c "$(sed -n "s/^Exec=//p" $desktop | sed "s|%F|films/sample-0000.vti|")" &
    for second in $(seq 1 240); do
        sleep 1
        if grep -q 'first volume drawn' /root/.local/share/microdesigner/log.txt 2> /dev/null; then break; fi
    done
    say "the window: $(grep -h 'Start:' /root/.local/share/microdesigner/log.txt | tail -3 | tr '\n' ';')"
    sleep 5
    [ -z "${PICTURE_TAKEN:-}" ] || { touch /tmp/window-is-up; for second in $(seq 1 60); do [ -e "$PICTURE_TAKEN" ] && break; sleep 1; done; }
    pid=$(cat /proc/[0-9]*/stat | awk '$2 == "(microdesigner)" && $4 == 1 {print $1}' | head -1)
    kill -TERM "${pid:-$(pidof microdesigner | awk '{print $NF}')}" || true
fi
apt-get remove -y -qq microdesigner > /dev/null 2>&1
[ ! -e /usr/bin/microdesigner ] && [ ! -e /usr/lib/microdesigner ] && say "removed; films, models and settings of users stay"
