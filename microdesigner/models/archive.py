"""Models on their way: into the user's folder, into one file, and out of it again with every hash checked."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from microdesigner.core.card import CARD_FILE, PARTS, ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.paths import atomic_path, user_data, write_text_atomic
from microdesigner.models.bundle import LARGEST_PART_BYTES, part_file, verify_bundle

LARGEST_CARD_BYTES = 64 << 20
_MEMBERS = (CARD_FILE, *(part_file(Path(), part).name for part in PARTS))


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
        with zipfile.ZipFile(path) as file, _arriving() as arriving:
            for member in _MEMBERS:
                _extract(file, member, arriving)
            return _settle(arriving, name)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; name a model file that was exported.") from None
    except (zipfile.BadZipFile, KeyError, EOFError, RuntimeError) as error:
        raise InputError(f"{path} is not a whole model file ({error}); export or copy it again.") from None


def free_name(name: str) -> str:
    """`name`, or `name-2`, `name-3` ... when the user has a model of that name already."""
    number, candidate = 1, name
    while (user_data() / "models" / candidate).exists():
        number += 1
        candidate = f"{name}-{number}"
    return candidate


@contextmanager
def _arriving() -> Iterator[Path]:
    """A folder on the models' disk, gone afterwards unless it was settled."""
    (user_data() / "models").mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="arriving-", dir=user_data()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(arriving: Path, name: str | None) -> Path:
    verify_bundle(arriving)
    card = ModelCard.read(arriving / CARD_FILE)
    settled = free_name(name or card.name)
    if Path(settled).name != settled or settled.startswith("."):
        raise InputError(f"'{settled}' cannot be the name of a model; give it another name.")
    write_text_atomic(arriving / CARD_FILE, json.dumps({**card.document, "name": settled}, indent=1) + "\n")
    arriving.chmod(0o755)
    return arriving.rename(user_data() / "models" / settled)


def _extract(file: zipfile.ZipFile, member: str, folder: Path) -> None:
    largest = LARGEST_CARD_BYTES if member == CARD_FILE else LARGEST_PART_BYTES
    if file.getinfo(member).file_size > largest:
        raise InputError(f"{file.filename} holds a part larger than any model of this program; export it again.")
    with file.open(member) as source, (folder / member).open("wb") as target:
        shutil.copyfileobj(source, target)
