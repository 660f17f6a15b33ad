#!/bin/sh
# Proves a package in a bare root: prove.sh ROOT.tar PACKAGE.deb [PICTURE.png], as root. A root is made by
# `mmdebstrap --variant=minbase bookworm ROOT.tar`. The window is shown on a virtual screen outside the root; its picture
# needs Pillow (PYTHON names the interpreter that has it).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
tar -xpf "$1" -C "$root"
cp "$2" "$root/package.deb"
cp "$here/prove_in_root.sh" "$root/prove_in_root.sh"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/tmp/.X11-unix"
display=:$((90 + $$ % 400))
Xvfb "$display" -screen 0 1440x900x24 -nolisten tcp > /dev/null 2>&1 &
screen=$!
umount_all() {
    kill "$screen" || true
    for place in tmp/.X11-unix dev proc; do umount -R -l "$root/$place" || true; done
    rm -rf --one-file-system "$root"
}
trap umount_all EXIT
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
if [ $# -gt 2 ]; then
    ( while [ ! -e "$root/tmp/window-is-up" ]; do sleep 1; done
      "${PYTHON:-python3}" -c "import sys; from PIL import ImageGrab; ImageGrab.grab(xdisplay=sys.argv[1]).save(sys.argv[2])" "$display" "$3"
      touch "$root/tmp/picture-taken" ) &
fi
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DISPLAY="$display" ${3:+PICTURE_TAKEN=/tmp/picture-taken} \
    $(env | grep -i -E '^(https?|no)_proxy=' || true) chroot "$root" sh /prove_in_root.sh /package.deb
