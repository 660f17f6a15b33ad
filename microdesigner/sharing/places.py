"""Documents without what tells where they lay, and so who made them: folders and names of users."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

# at the beginning of a word alone: addresses, units and packed labels (base64) have slashes, too
_FOLDERS = re.compile(r"""(?<![^\s"'(,;=])(?:~|[A-Za-z]:)?[\\/](?:[^\s\\/]+[\\/])+""")


def without_places(value: Any) -> Any:
    """`value`, any JSON, in whose texts absolute paths are the names of what they lead to.

    Examples
    --------
    >>> without_places({"model": "/home/ada/models/mine", "note": "train /home/ada/ch.h5 --minutes 5, m/s", "n": 3})
    {'model': 'mine', 'note': 'train ch.h5 --minutes 5, m/s', 'n': 3}
    """
    if isinstance(value, str):
        if PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute():
            return PureWindowsPath(value).name
        return _FOLDERS.sub("", value.replace(str(Path.home()), "~"))
    if isinstance(value, Mapping):
        return {key: without_places(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [without_places(entry) for entry in value]
    return value


def with_model_named(request: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The request document, its model by `name` where it was named by a folder, the only place that a request tells."""
    named = request.get("model", name)
    is_folder = any(mark in named for mark in "/\\:~")
    return {**request, "model": name if is_folder else named}
