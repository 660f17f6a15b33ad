#!/bin/sh
# Takes back what add-to-menu.sh did; your films, models and settings stay.
set -eu
share=${XDG_DATA_HOME:-$HOME/.local/share}
name=org.microdesigner.microdesigner
rm -f "$share/applications/$name.desktop" "$share/icons/hicolor/scalable/apps/$name.svg" "$share/mime/packages/$name.xml"
if command -v update-mime-database > /dev/null; then update-mime-database "$share/mime"; fi
if command -v update-desktop-database > /dev/null; then update-desktop-database "$share/applications"; fi
