"""What films took on this machine, kept from one start to the next: the first bar of a day is as honest as the last."""

import logging
from contextlib import suppress
from pathlib import Path

import msgspec

from microdesigner.app.pace import Pace, PaceMemory, Work
from microdesigner.core.documents import document_text, read_document
from microdesigner.core.errors import InputError
from microdesigner.core.paths import write_text_atomic

_log = logging.getLogger("microdesigner.paces")
FILE = "paces.json"
MOST = 200  # kinds of films; the newest are kept
LONGEST = 1e6  # seconds
LARGEST_BYTES = 1 << 20


class _Known(msgspec.Struct):
    work: Work
    pace: Pace


def load_paces(folder: Path) -> PaceMemory:
    """What is known; nothing where the file is missing or damaged."""
    memory = PaceMemory()
    path = folder / FILE
    with suppress(InputError):
        if path.is_file():
            for known in read_document(path, list[_Known], "paces", "it is written anew", LARGEST_BYTES):
                if all(0 <= part <= LONGEST for part in vars(known.pace).values()):
                    memory.known[known.work] = known.pace
    return memory


def save_paces(memory: PaceMemory, folder: Path) -> None:
    """Keep what is known; a full disk loses it, and nothing else."""
    newest = list(memory.known.items())[-MOST:]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text_atomic(folder / FILE, document_text([_Known(work, pace) for work, pace in newest]))
    except OSError as error:
        _log.warning("What films take could not be kept: %s", error)
