"""Models on their way: into the user's folder, into one file, and out of it again with every hash checked."""

import errno
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import torch

from microdesigner.core.card import CARD_FILE, PARTS, ModelCard
from microdesigner.core.documents import LARGEST_BYTES, document_text
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.file_names import is_portable
from microdesigner.core.paths import atomic_path, temporary_folder, user_data, write_text_atomic
from microdesigner.models.bundle import LARGEST_PART_BYTES, load_bundle, models_locked, part_file, verify_bundle

LARGEST_EXPANSION = 50
MOST_MEMBERS = 100
_MEMBERS = (CARD_FILE, *(part_file(Path(), part).name for part in PARTS))
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, KeyError, IndexError, EOFError, RuntimeError, ValueError,
    OverflowError, MemoryError,
)  # fmt: skip
"""What zipfile raises on damaged and encrypted files (RuntimeError) and unknown compressions (NotImplementedError)."""


def install_bundle(bundle: Path, name: str | None = None) -> Path:
    """Copy a bundle into the user's models under `name` (its own) or the next free one; returns its folder there.

    A model that is there is never replaced. Raises InputError when the bundle is not whole.
    """
    with _arriving() as arriving:
        for member in _MEMBERS:
            if (bundle / member).is_file():
                shutil.copyfile(bundle / member, arriving / member)
        return _settle(arriving, name)


def export_bundle(bundle: Path, path: Path) -> None:
    """Write a bundle as one ZIP file; raises InputError when the bundle is not whole."""
    verify_bundle(bundle)
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as file:
        for member in _MEMBERS:
            file.write(bundle / member, member)


def import_bundle(path: Path, name: str | None = None) -> Path:
    """Install the model in the file `path` under `name` (its own) or the next free one; returns its folder.

    Raises InputError when the file is damaged, is no model, or a part differs from the hash in its card.
    """
    try:
        content = path.open("rb")
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise InputError(f"{path} cannot be read ({reason}); name a model file that was exported.") from None
    with content, _arriving() as arriving:
        try:
            _extract(content, path, arriving)
        except (*_DAMAGE, OSError) as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # EINVAL: an offset below 0
                raise
            raise InputError(f"{path} is not a whole model file ({error}); export or copy it again.") from None
        return _settle(arriving, name)


def free_name(name: str) -> str:
    """`name`, or `name-2`, `name-3` ... when the user has a model of that name already."""
    number, candidate = 1, name
    while (user_data() / "models" / candidate).exists():
        number += 1
        candidate = f"{name}-{number}"
    return candidate


@contextmanager
def _arriving() -> Iterator[Path]:
    """A folder on the models' disk, gone afterwards unless it was settled; what the system refuses is one sentence."""
    try:
        (user_data() / "models").mkdir(parents=True, exist_ok=True)
        with temporary_folder(user_data(), "arriving") as folder:
            yield folder
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MicrodesignerError(f"The model cannot be installed into {user_data() / 'models'} ({reason}).") from None


def _settle(arriving: Path, name: str | None) -> Path:
    """Give the model in `arriving` its name and place, where it is whole and loads."""
    card = ModelCard.read(arriving / CARD_FILE)
    requested = name or card.name
    if not is_portable(requested):
        raise InputError(
            f"'{requested}' cannot be the name of a model, which is that of its folder; give it another one."
        )
    load_bundle(str(arriving), torch.device("cpu"))
    arriving.chmod(0o755)
    with models_locked():
        settled = free_name(requested)
        write_text_atomic(arriving / CARD_FILE, document_text(card.with_entries({"name": settled}).to_json()))
        return arriving.rename(user_data() / "models" / settled)


def _extract(content: IO[bytes], path: Path, folder: Path) -> None:
    with zipfile.ZipFile(content) as file:
        for member, entry in _entries(file, path).items():
            with file.open(entry) as source, (folder / member).open("wb") as target:
                shutil.copyfileobj(source, target)


def _entries(file: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The members that a model has; raises InputError where one is there twice, or is larger than can be."""
    members = file.infolist()
    names = [member.filename for member in members]
    if len(members) > MOST_MEMBERS or any(names.count(member) > 1 for member in _MEMBERS):
        raise InputError(f"{path} holds other files than a model's; export it again.")
    entries = {member: file.getinfo(member) for member in _MEMBERS}
    for member, entry in entries.items():
        if entry.file_size > (LARGEST_BYTES if member == CARD_FILE else LARGEST_PART_BYTES):
            raise InputError(f"{path} holds a part larger than any model of this program; export it again.")
    size = sum(entry.file_size for entry in entries.values())
    if size > LARGEST_EXPANSION * path.stat().st_size:
        raise InputError(f"{path} expands to {size >> 20} MiB, far more than weights can; export it again.")
    if size > shutil.disk_usage(user_data()).free:
        raise MicrodesignerError(f"The disk of {user_data()} has no room for a model of {size >> 20} MiB; free some.")
    return entries
