"""Which of several arrays in a file is the volume."""

from collections.abc import Sequence
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.io.options import ImportOptions, MissingOptionError

_USUAL = ("phase", "phases")
_SHOWN = 12


def chosen(path: Path, names: Sequence[str], options: ImportOptions, preferred: str | None = None) -> str:
    """The array that the user names, else the file's `preferred` one, one called phase or phases, or the only one.

    Names may be paths; their last part is enough where it is unique. Raises InputError where there is none, and
    MissingOptionError naming all where it is not clear which.
    """
    if not names:
        raise InputError(f"{path} has no array of numbers in three dimensions; give a file with a volume.")
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    if options.array is not None:
        requested = options.array.strip("/")
        found = [name for name in names if requested in (name, _last(name))]
        exact = [name for name in found if name == requested] or found
        if len(exact) != 1:
            count = "several arrays" if exact else "no array"
            raise MissingOptionError(
                f"{path} has {count} '{options.array}'; --array takes one of: {shown}.",
                "array",
                tuple(names),
            )
        return exact[0]
    if preferred in names:
        return str(preferred)
    if len(names) == 1:
        return names[0]
    for usual in _USUAL:
        found = [name for name in names if _last(name).lower() == usual]
        if len(found) == 1:
            return found[0]
    raise MissingOptionError(f"{path} holds several arrays; choose one with --array: {shown}.", "array", tuple(names))


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]
