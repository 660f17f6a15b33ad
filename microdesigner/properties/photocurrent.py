"""From light to current: excitons that dissociate, charges that are collected, and the short-circuit current of both.

Holes move in the donor and the mixed phase to the anode, electrons in the acceptor and the mixed phase to the cathode.
Both are born where excitons dissociate: on the donor's and the acceptor's side of the interface. In a steady state as
many holes as electrons leave, so the current is that of the carrier that is collected less:

    J = q G d η_diss η_coll,  η_coll the smaller of both net shares.

What this leaves out is in `ASSUMPTIONS`.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.material_constants import MaterialConstants
from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, Microstructure
from microdesigner.core.steps import Steps, part_of
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
class Photocurrent:
    """What becomes of holes and electrons, and the short-circuit current in A/m²."""

    holes: Collected
    electrons: Collected
    current: float


@dataclass(frozen=True)
class Photogeneration:
    """Excitons and charges of a film; excitons are computed once."""

    microstructure: Microstructure
    constants: MaterialConstants
    _known: dict[int, Dissociation | None] = field(default_factory=dict)

    def excitons(self, label: int) -> Steps[Dissociation | None]:
        """Dissociation in the phase `label`; None where it is absent."""
        if label not in self._known:
            lengths = self.constants.exciton_diffusion_length
            self._known[label] = yield from dissociation(
                self.microstructure, label, lengths.of(label) if label < MIXED else UNUSED_LENGTH
            )
        return self._known[label]

    def share(self) -> Steps[float]:
        """Share of all excitons that dissociate; those of further phases do not."""
        dissociated = 0.0
        for label in (DONOR, ACCEPTOR, MIXED):
            found = yield from part_of(self.excitons(label), label / 3, (label + 1) / 3)
            if found:
                dissociated += found.share * np.count_nonzero(self.microstructure.phases == label)
        return float(dissociated / self.microstructure.phases.size)

    def photocurrent(self) -> Steps[Photocurrent | None]:
        """The current of the carrier of which less is collected, not below 0; None where no charges are born."""
        share = yield from part_of(self.share(), 0, 0.3)
        carriers = []
        for label, mobility in ((DONOR, self.constants.hole_mobility), (ACCEPTOR, self.constants.electron_mobility)):
            born, voxels = yield from self._born(label)
            if not born.any():
                return None
            towards = slice(None, None, -1 if label == ACCEPTOR else 1)
            steps = self._collected(voxels[towards], born[towards], mobility)
            carriers.append((yield from part_of(steps, 0.3 + 0.35 * label, 0.65 + 0.35 * label)))
        collected = max(0.0, min(carrier.net for carrier in carriers))
        thickness = self.microstructure.shape[2] * self.microstructure.spacing[2] * NM
        current = ELEMENTARY_CHARGE * self.constants.generation_rate * thickness * share * collected
        return Photocurrent(carriers[0], carriers[1], current)

    def _born(self, carrier_phase: int) -> Steps[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        """Carriers born per voxel [z, y, x], and where they move: in `carrier_phase` and the mixed one."""
        phases = self.microstructure.phases.T
        voxels = (phases == carrier_phase) | (phases == MIXED)
        born = np.zeros(phases.shape)
        for label in (DONOR, ACCEPTOR, MIXED):
            if (found := (yield from self.excitons(label))) is not None:
                # an exciton of a carrier's own phase leaves the carrier on its side, one of another phase brings it
                born += found.left if label in (carrier_phase, MIXED) else found.entered
        return np.where(voxels, born, 0), voxels

    def _collected(self, voxels: NDArray[np.bool_], born: NDArray[np.float64], mobility: float) -> Steps[Collected]:
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
