#!/usr/bin/env bash
# Joins the parts that gpu_train.sh brought home and unpacks them: packaging/gpu_join.sh FILES FOLDER
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "Usage: packaging/gpu_join.sh FILES FOLDER, FILES being the folder with result.tar.00 and so on." >&2
    exit 2
fi
mkdir -p "$2"
cat "$1"/result.tar.* | tar -x -C "$2"
ls "$2"
