"""A disk that takes no more while an HDF5 file is written is one error, and the process lives on without a word."""

import errno
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from microdesigner.data.hdf5_writing import written

PROGRAM = """
import resource, sys
from pathlib import Path
import numpy as np
from microdesigner.data.hdf5_writing import written

path = Path(sys.argv[1])
path.touch()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    with written(path) as (file, check):
        for number in range(20):
            check()
            file.create_dataset(str(number), data=np.full(1000, number, np.uint8)).attrs["n"] = number
except OSError as error:
    print(error.errno, number if "number" in globals() else None)
"""


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.touch()
    values = np.random.default_rng(0).integers(0, 255, 100_000, np.uint8)
    with written(path) as (file, check):
        check()
        file.create_dataset("values", data=values, chunks=(1000,), compression="gzip")
    with written(path, "r+") as (file, _):
        file.attrs["text"] = "x" * 100_000
        file["values"][:10] = 0
    with h5py.File(path) as file:
        assert file.attrs["text"] == "x" * 100_000
        assert (file["values"][...] == np.where(np.arange(100_000) < 10, 0, values)).all()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize(("most", "least_written"), [(0, 0), (300, 0), (5_000, 0), (15_000, 5)])
def test_a_full_disk_is_one_error_soon_after_it_is_full(tmp_path: Path, most: int, least_written: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "a.h5"), str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr == ""
    number, written_pieces = done.stdout.split()
    assert int(number) == errno.EFBIG
    assert least_written <= int(written_pieces) < 20
