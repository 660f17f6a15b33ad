"""Films for programs that know no mixed phase: each of its voxels becomes donor or acceptor."""

from dataclasses import replace

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, PHASE_NAMES, Microstructure

USUAL_DONOR_SHARE = 0.5
"""Share of the mixed voxels that become donor where nobody said another: half, as the mixed phase is made of both."""


def without_mixed(microstructure: Microstructure, donor_share: float, seed: int = 0) -> Microstructure:
    """Donor or acceptor in the place of each mixed voxel, at random, as of molecules mixed without any order.

    Parameters
    ----------
    microstructure
        A film of the phases donor, acceptor and mixed, whatever they are called.
    donor_share
        Share 0..1 of the mixed voxels that become donor, exact but for a voxel.
    seed
        Chooses which.

    Returns
    -------
    Microstructure
        The film of two phases; its provenance tells share and seed.

    Raises
    ------
    InputError
        For a share that is none, or other phases.

    Examples
    --------
    >>> film = Microstructure(np.full((4, 4, 4), MIXED, np.uint8))
    >>> float(without_mixed(film, 0.25).phases.mean())
    0.75
    """
    if not 0 <= donor_share <= 1:
        raise InputError(f"The share of mixed voxels that become donor must lie between 0 and 1; got {donor_share:g}.")
    if len(microstructure.phase_names) > len(PHASE_NAMES):
        raise InputError(
            "Only films of donor, acceptor and mixed phase can do without the mixed one; map the labels first."
        )
    mixed = np.flatnonzero(microstructure.phases == MIXED)
    phases = microstructure.phases.copy(order="C")
    chosen = np.random.default_rng(seed).permutation(mixed)[: round(donor_share * len(mixed))]
    phases.flat[mixed] = ACCEPTOR
    phases.flat[chosen] = DONOR
    names = microstructure.phase_names[:MIXED]
    told = {"donor_share_of_mixed": donor_share, "seed": seed}
    return replace(microstructure, phases=phases, phase_names=names).with_provenance(without_mixed=told)
