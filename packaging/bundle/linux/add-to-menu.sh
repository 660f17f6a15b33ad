#!/bin/sh
# Puts microdesigner into your menu and lets it open its files by a double click; nothing outside your home is touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
name=org.microdesigner.microdesigner
mkdir -p "$share/applications" "$share/icons/hicolor/scalable/apps" "$share/mime/packages"
escaped=$(printf '%s' "$here" | sed 's/[\\&|"$`]/\\&/g')
sed "s|^Exec=.*|Exec=\"$escaped/AppRun\" %F|" "$here/$name.desktop" > "$share/applications/$name.desktop"
cp "$here/$name.svg" "$share/icons/hicolor/scalable/apps/$name.svg"
cp "$here/usr/share/mime/packages/$name.xml" "$share/mime/packages/$name.xml"
if command -v update-mime-database > /dev/null; then update-mime-database "$share/mime"; fi
if command -v update-desktop-database > /dev/null; then update-desktop-database "$share/applications"; fi
echo "microdesigner is in your menu; remove-from-menu.sh takes it out again."
