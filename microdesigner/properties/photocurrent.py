"""From light to current: excitons that dissociate, charges that are collected, and the short-circuit current of both.

Holes move in the donor and the mixed phase to the anode, electrons in the acceptor and the mixed phase to the cathode.
Both are born where excitons dissociate: on the donor's and the acceptor's side of the interface. In a steady state as
many holes as electrons leave, so the current is that of the carrier that is collected less:

    J = q G d η_diss η_coll,  η_coll the smaller of both net shares.

What this leaves out is in `ASSUMPTIONS`.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.material_constants import MaterialConstants
from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, Microstructure
from microdesigner.properties.collection import Collected, collection
from microdesigner.properties.excitons import Dissociation, dissociation

ELEMENTARY_CHARGE = 1.602176634e-19  # C
BOLTZMANN = 1.380649e-23  # J/K
NM = 1e-9
UNUSED_LENGTH = 1.0  # in the mixed phase excitons dissociate where they arise
ASSUMPTIONS = (
    "light makes excitons everywhere alike, at the rate given (no interference, no absorption spectra)",
    "each exciton that reaches the interface gives one free hole and one free electron (no geminate recombination)",
    "the field falls off evenly over the film (no space charge, no Debye layers, no band bending at the electrodes)",
    "carriers recombine with one lifetime, in first order (no bimolecular recombination at the interface)",
    "mobilities and lifetime are those of the pure phases, alike in all directions",
)


@dataclass(frozen=True)
class Photogeneration:
    """Excitons and charges of a film, each computed when first asked for."""

    microstructure: Microstructure
    constants: MaterialConstants
    _known: dict[int, Dissociation | None] = field(default_factory=dict)

    def excitons(self, label: int) -> Dissociation | None:
        """Dissociation in the phase `label`; None where it is absent."""
        if label not in self._known:
            lengths = self.constants.exciton_diffusion_length
            self._known[label] = dissociation(
                self.microstructure, label, lengths.of(label) if label < MIXED else UNUSED_LENGTH
            )
        return self._known[label]

    @cached_property
    def share(self) -> float:
        """Share of all excitons that dissociate; those of further phases do not."""
        phases = self.microstructure.phases
        shares = ((self.excitons(label), np.count_nonzero(phases == label)) for label in (DONOR, ACCEPTOR, MIXED))
        return float(sum(found.share * voxels for found, voxels in shares if found)) / phases.size

    @cached_property
    def holes(self) -> Collected | None:
        """What becomes of the holes; None where none are born."""
        born, voxels = self._born(DONOR)
        return self._collected(voxels, born, self.constants.hole_mobility)

    @cached_property
    def electrons(self) -> Collected | None:
        """What becomes of the electrons; None where none are born."""
        born, voxels = self._born(ACCEPTOR)
        return self._collected(voxels[::-1], born[::-1], self.constants.electron_mobility)

    @property
    def collected(self) -> float | None:
        """The smaller of both carriers' net shares, not less than 0; None where none are born."""
        if self.holes is None or self.electrons is None:
            return None
        return max(0.0, min(self.holes.net, self.electrons.net))

    @property
    def current(self) -> float | None:
        """Short-circuit current in A/m²; None where no charges are born."""
        if self.collected is None:
            return None
        thickness = self.microstructure.shape[2] * self.microstructure.spacing[2] * NM
        return ELEMENTARY_CHARGE * self.constants.generation_rate * thickness * self.share * self.collected

    def _born(self, carrier_phase: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Carriers born per voxel [z, y, x], and where they move: in `carrier_phase` and the mixed one."""
        phases = self.microstructure.phases.T
        voxels = (phases == carrier_phase) | (phases == MIXED)
        born = np.zeros(phases.shape)
        for label in (DONOR, ACCEPTOR, MIXED):
            if (found := self.excitons(label)) is not None:
                # an exciton of a carrier's own phase leaves the carrier on its side, one of another phase brings it
                born += found.left if label in (carrier_phase, MIXED) else found.entered
        return np.where(voxels, born, 0), voxels

    def _collected(self, voxels: NDArray[np.bool_], born: NDArray[np.float64], mobility: float) -> Collected | None:
        if not born.any():
            return None
        thermal = BOLTZMANN * self.constants.temperature / ELEMENTARY_CHARGE
        diffused = float(np.sqrt(mobility * thermal * self.constants.carrier_lifetime)) / NM
        return collection(
            voxels,
            born,
            self.microstructure.spacing,
            self.microstructure.periodic,
            self.constants.built_in_voltage / thermal,
            diffused,
            self.constants.selective_contacts,
        )
