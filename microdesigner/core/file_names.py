"""Names that can be those of a file or folder on every system."""

import re

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)
_WRONG = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]")
LONGEST = 100


def is_reserved(name: str) -> bool:
    """Whether Windows takes `name` for a device, whatever follows its first dot.

    Examples
    --------
    >>> [name for name in ("con", "Aux.vti", "lpt1.tar.gz", "console", "com10") if is_reserved(name)]
    ['con', 'Aux.vti', 'lpt1.tar.gz']
    """
    return _RESERVED.fullmatch(name) is not None


def is_portable(name: str) -> bool:
    """Whether a file or folder can be called `name` on every system."""
    return (
        0 < len(name) <= LONGEST
        and not _WRONG.search(name)
        and name[0] not in " ."
        and name[-1] not in " ."
        and not is_reserved(name)
    )
