"""A film from pictures with what it tells of its origin, alike from the command line and the window."""

from collections.abc import Iterator, Sequence

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import MAX_VOXELS, Microstructure
from microdesigner.core.version import __version__
from microdesigner.reconstruction.coarse_to_fine import reconstruct


def reconstructed_film(
    pictures: Sequence[Microstructure], names: Sequence[str], size: tuple[int, int, int], seed: int = 0
) -> Iterator[Progress | Microstructure]:
    """`reconstruct`, whose film names the program, the pictures and the seed.

    Parameters
    ----------
    pictures : sequence of Microstructure
        Sections of one material, each one voxel thick along one axis.
    names : sequence of str
        Of the pictures, as the film is to tell them: without folders.
    size : (int, int, int)
        Voxels along x, y and z.
    seed : int
        Of the film.

    Yields
    ------
    Progress
        Rounds done, as the stage "reconstruct".
    Microstructure
        At last the film.

    Raises
    ------
    InputError
        When the pictures do not fit, or the film would be too small or too large.
    """
    x, y, z = size
    if x * y * z > MAX_VOXELS:
        raise InputError(f"A film has at most {MAX_VOXELS:,} voxels; got {x}×{y}×{z}.")
    made_of = {"pictures": [*names], "seed": seed}
    for event in reconstruct(pictures, size, seed):
        if isinstance(event, Microstructure):
            yield event.with_provenance(program=f"microdesigner {__version__}", reconstructed=made_of)
        else:
            yield event
