"""Every export: volumes in each format, surfaces and meshes, pictures and movies, many films, sessions, models."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from microdesigner.app.store.history import History
from microdesigner.app.store.session import Session
from microdesigner.app.workers.film_export import TABLE, FilmExport, export_films
from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.io import registry, volumes
from tests.tiny_model import save_tiny_bundle
from tests.torture.area import Area
from tests.torture.films import NEW, OLD, same, sample
from tests.torture.forks import Done
from tests.torture.shortages import Shortage, shortages

FORMATS = {name: entry.extensions[0] for name, entry in registry.FORMATS.items() if entry.holds_mixed}
OF_SEVERAL_FILES = (".raw", ".mhd")
FILMS = 4
SIZE = (160, 120)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def exports(inputs: Path) -> list[Area]:
    """One area for each kind of file."""
    model = inputs / "exported"
    drawn = ("out.png", "out.gif", "out.mp4")
    volumes = [
        Area(f"convert to {name}", partial(_convert, ending), partial(_check_converted, ending),
             partial(_compare_converted, ending), partial(_prepare_converted, ending))
        for name, ending in FORMATS.items()
    ]  # fmt: skip
    files: dict[str, Callable[[Path], object]] = {
        **{f"out.{suffix}": _surfaces for suffix in ("stl", "ply", "obj")},
        "out.vtu": _mesh, "out.png": _picture, "out.gif": _movie, "out.mp4": _movie,
    }  # fmt: skip
    return [
        *volumes,
        *(Area(f"export {name[4:]}", partial(_file, write, name), partial(_check_file, name), _compare_files,
               partial(_prepare_file, name), _shortages_of_drawing if name in drawn else shortages)
          for name, write in files.items()),
        Area("export of films", _films, _check_films, _compare_files, _prepare_films),
        Area("session with film", _session, _check_session, _compare_session,
             lambda folder: _write_session(folder, OLD)),
        Area("models export", partial(_model, model), _check_model, lambda *_: None,
             lambda _: model.exists() or save_tiny_bundle(model)),
    ]  # fmt: skip


def _shortages_of_drawing(mounts: bool) -> Mapping[str, Sequence[Shortage]]:
    """Without memory graphics drivers end the process; the window draws in another one, of whose end it tells."""
    return {name: some for name, some in shortages(mounts).items() if name != "little memory"}


def _prepare_converted(ending: str, folder: Path) -> None:
    volumes.write(OLD, folder / f"out{ending}")  # what the new one is to replace
    volumes.write(NEW, folder / "in.vti")


def _convert(ending: str, folder: Path, _: Done) -> int:
    return main(["convert", str(folder / "in.vti"), str(folder / f"out{ending}")])


def _check_converted(ending: str, folder: Path, _: Path, __: int) -> None:
    try:
        volume = volumes.read(folder / f"out{ending}")
    except InputError:
        if ending not in OF_SEVERAL_FILES:  # which cannot be replaced all at once, so that some may be missing
            raise
        return
    assert any(same(volume, known) for known in (OLD, NEW)), "a mixture"


def _compare_converted(ending: str, folder: Path, reference: Path) -> None:
    assert same(volumes.read(folder / f"out{ending}"), volumes.read(reference / f"out{ending}"))


def _file(write: Callable[[Path], object], name: str, folder: Path, _: Done) -> None:
    write(folder / name)


def _surfaces(path: Path) -> None:
    from microdesigner.view3d.exports import write_surfaces

    write_surfaces(NEW, path)


def _mesh(path: Path) -> None:
    from microdesigner.meshing.formats.vtu import write_voxels

    write_voxels(NEW, path)


def _picture(path: Path) -> None:
    from microdesigner.view3d.pictures import picture

    picture(NEW, path, SIZE)


def _movie(path: Path) -> None:
    from microdesigner.view3d.movies import movie

    movie(NEW, path, "slices", SIZE)


def _names(name: str) -> list[str]:
    """Surfaces are a file per phase."""
    stem, suffix = name.split(".")
    return [f"{stem}-{phase}.{suffix}" for phase in NEW.phase_names] if suffix in ("stl", "ply", "obj") else [name]


def _prepare_file(name: str, folder: Path) -> None:
    for each in _names(name):
        (folder / each).write_bytes(b"before")


def _check_file(name: str, folder: Path, reference: Path, _: int) -> None:
    for each in _names(name):
        content = (folder / each).read_bytes()
        assert content in (b"before", (reference / each).read_bytes()), f"half of {each}"


def _compare_files(folder: Path, reference: Path) -> None:
    for path in reference.glob("*"):
        if path.is_file() and path.suffix != ".sqlite":
            assert (folder / path.name).read_bytes() == path.read_bytes(), path.name


def _picture_of(film: Microstructure) -> bytes:
    return b"\x89PNG" + film.phases.tobytes()


def _prepare_films(folder: Path) -> None:
    history = History(folder / "history")
    for seed in range(FILMS):
        history.add(Request(seed=seed), sample(seed), b"", made=NOON)


def _films(folder: Path, _: Done) -> None:
    entries = [(entry, f"film-{entry.request.seed}") for entry in History(folder / "history").entries()]
    list(export_films(FilmExport(folder / "history", folder / "out", entries, "nrrd", True, _picture_of)))


def _check_films(folder: Path, reference: Path, _: int) -> None:
    for path in (folder / "out").glob("*"):
        if not path.name.startswith("."):
            assert path.read_bytes() == (reference / "out" / path.name).read_bytes(), path.name
    if (folder / "out" / TABLE).exists():
        assert len(list((folder / "out").glob("film-*.html"))) == FILMS


def _write_session(folder: Path, film: Microstructure) -> None:
    Session(Request(seed=int(film is NEW))).write(folder / "out.microdesigner", film)


def _session(folder: Path, _: Done) -> None:
    _write_session(folder, NEW)


def _check_session(folder: Path, _: Path, __: int) -> None:
    seed = Session.read(folder / "out.microdesigner").request.seed
    assert seed in (0, 1)


def _compare_session(folder: Path, _: Path) -> None:
    assert Session.read(folder / "out.microdesigner").request.seed == 1


def _model(model: Path, folder: Path, _: Done) -> int:
    (folder / "out.zip").unlink(missing_ok=True)
    return main(["models", "export", str(model), str(folder / "out.zip")])


def _check_model(folder: Path, _: Path, __: int) -> None:
    if (folder / "out.zip").exists():
        with zipfile.ZipFile(folder / "out.zip") as file:
            assert file.testzip() is None
