"""What each descriptor and processing parameter means: the source of sliders, tooltips, table heads and axis labels."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class DescriptorSpec:
    """Symbol, unit, possible range and meaning of one quantity; `source` names its definition."""

    name: str
    symbol: str
    title: str
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    kind: Literal["fraction", "tortuosity", "process", "other"] = "other"
    decimals: int = 3


def _fraction(name: str, symbol: str, phase: str) -> DescriptorSpec:
    meaning = f"Share of all voxels that belong to the {phase} phase."
    return DescriptorSpec(
        name, symbol, f"{phase.capitalize()} fraction", "1", 0, 1, meaning, "GraSPI ABS_f", "fraction"
    )


def _tortuosity(name: str, symbol: str, phase: str, electrode: str, graspi: str) -> DescriptorSpec:
    meaning = (
        f"Share of the {phase} voxels connected to the {electrode} whose shortest path to it inside the phase "
        "is as good as straight; 1 means direct paths everywhere."
    )
    title = f"{phase.capitalize()} straight paths (tort1)"
    return DescriptorSpec(name, symbol, title, "1", 0, 1, meaning, f"GraSPI {graspi}", "tortuosity")


_ALL = (
    _fraction("vol_frac_D", "f_D", "donor"),
    _fraction("vol_frac_A", "f_A", "acceptor"),
    _fraction("vol_frac_M", "f_M", "mixed"),
    _fraction("ABS_f_D", "f_D", "donor"),
    _tortuosity("tortuosity_D", "τ_D", "donor", "anode", "CT_f_D_tort1"),
    _tortuosity("tortuosity_A", "τ_A", "acceptor", "cathode", "CT_f_A_tort1"),
    _tortuosity("CT_f_D_tort1", "τ_D", "donor", "anode", "CT_f_D_tort1"),
    _tortuosity("CT_f_A_tort1", "τ_A", "acceptor", "cathode", "CT_f_A_tort1"),
    DescriptorSpec(
        "phi", "φ", "Blend ratio", "1", 0, 1, "Acceptor fraction of the blend before it separates.",
        "Flory-Huggins volume fraction", "process",
    ),
    DescriptorSpec(
        "chi", "χ", "Interaction parameter", "1", 2, 6,
        "Flory-Huggins interaction of donor and acceptor; above 2 an equal blend separates.",
        "Flory-Huggins χ", "process",
    ),
    DescriptorSpec(
        "log_time", "log₁₀ t", "Annealing time", "log10(dx²/M)", -3, 8,
        "Decimal logarithm of the annealing time, in units of voxel edge squared over mobility.",
        "Cahn-Hilliard time", "process", 2,
    ),
)  # fmt: skip
SPECS: dict[str, DescriptorSpec] = {spec.name: spec for spec in _ALL}


def spec_of(name: str) -> DescriptorSpec:
    """The known spec, or a plain one for a descriptor that only a model card names."""
    return SPECS.get(name) or DescriptorSpec(name, name, name, "1", float("-inf"), float("inf"), name, "model card")
