"""Arrays in files that processes share: the numbers are right, a file lives as long as somebody maps it."""

import gc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.core import slabs
from microdesigner.io import mapped_arrays
from microdesigner.io.mapped_arrays import PREFIX, array_at, gathered, layered, place_of

VALUES = np.random.default_rng(0).integers(0, 255, (12, 9, 7)).astype(np.uint16)


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files lie."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.mark.parametrize(
    "values", [VALUES, VALUES.transpose(2, 0, 1), VALUES[::-1, :, ::-1], np.asfortranarray(VALUES), VALUES[1::2]]
)
def test_an_array_in_memory_comes_through_a_temporary_file(values: NDArray[np.uint16], scratch: Path) -> None:
    first = array_at(place_of(values))
    np.testing.assert_array_equal(first, values)
    second = array_at(place_of(first[:, ::-1]))
    (one, other) = scratch.glob(f"{PREFIX}*")
    assert one.samefile(other), "the numbers lie there once"
    del first
    gc.collect()
    np.testing.assert_array_equal(second, values[:, ::-1])
    assert len(list(scratch.iterdir())) == 1
    del second
    gc.collect()
    assert not list(scratch.iterdir())


def test_an_array_in_a_file_of_the_user_stays_there_and_is_not_mistaken_for_the_next(
    tmp_path: Path, scratch: Path
) -> None:
    path = tmp_path / "film.npy"
    np.save(path, VALUES)
    place = place_of(np.load(path, mmap_mode="r")[2:])
    assert (place.file, place.temporary) == (str(path), False)
    held = array_at(place)
    np.save(tmp_path / "new.npy", VALUES + 1)
    (tmp_path / "new.npy").replace(path)
    again = array_at(place_of(held))
    np.testing.assert_array_equal(again, VALUES[2:])
    del held, again
    gc.collect()
    assert path.exists()
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("chunk", [None, (5, 2, 7), (12, 9, 7)])
@pytest.mark.parametrize("most", [0, slabs.MAPPED_BYTES])
def test_layers_make_the_array_in_memory_and_in_a_file(
    chunk: tuple[int, ...] | None, most: int, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped_arrays, "MAPPED_BYTES", most)
    monkeypatch.setattr(mapped_arrays, "SLAB_BYTES", 300)
    for values in (VALUES, VALUES[None, ..., None]):
        parts = list(layered(values, chunk and (*(1,) * (values.ndim - 3), *chunk)[: values.ndim]))
        assert sum(part.size for part in parts) == values.size
        found = gathered(values.shape, values.dtype, iter(parts))
        np.testing.assert_array_equal(found, values)
        assert bool(list(scratch.iterdir())) == (most == 0)
        with pytest.raises(ValueError, match="parts"):
            gathered(values.shape, values.dtype, iter(parts[:-1]))
        del found
        gc.collect()
        assert not list(scratch.iterdir())


def test_no_room_leaves_no_file(scratch: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="large"):
            place_of(VALUES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(scratch.iterdir())
