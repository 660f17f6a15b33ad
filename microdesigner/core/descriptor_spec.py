"""What each descriptor and processing parameter means: the source of sliders, tooltips, table heads and axis labels."""

from microdesigner.core.phase_specs import curvature_specs, own_phase_spec, statistics_specs, surface_specs
from microdesigner.core.phases import LETTERS, MOST_PHASES, TORTUOSITY_FACTOR, Names, phase_keys
from microdesigner.core.property_specs import PROPERTY_SPECS
from microdesigner.core.quantity import DescriptorSpec, titled

__all__ = [
    "DOMAIN_SIZE", "INTERFACIAL_AREA", "OF_GRASPI", "SPECS",
    "DescriptorSpec", "further_names", "is_further", "is_logarithmic", "known_spec", "same_quantity", "spec_of",
]  # fmt: skip

DOMAIN_SIZE = "domain_size"
"""Of the film, all phases together: a target of models whose denoiser is conditioned on it."""
INTERFACIAL_AREA = "interfacial_area"


def _fraction(name: str, symbol: str, phase: str) -> DescriptorSpec:
    meaning = f"Share of all voxels that belong to the {phase} phase."
    return DescriptorSpec(name, symbol, f"{titled(phase)} fraction", "1", 0, 1, meaning, "GraSPI ABS_f", "fraction")


def _tortuosity(name: str, symbol: str, phase: str, electrode: str, graspi: str) -> DescriptorSpec:
    meaning = (
        f"Share of the {phase} voxels connected to the {electrode} whose shortest path to it inside the phase "
        "is as good as straight; 1 means direct paths everywhere."
    )
    title = f"{titled(phase)} straight paths (tort1)"
    return DescriptorSpec(name, symbol, title, "1", 0, 1, meaning, f"GraSPI {graspi}", "tortuosity")


def _graspi(name: str, symbol: str, title: str, meaning: str) -> DescriptorSpec:
    return DescriptorSpec(name, symbol, title, "1", 0, 1, meaning, f"GraSPI {name}")


def _reached(letter: str, phase: str, electrode: str) -> DescriptorSpec:
    return _graspi(
        f"CT_f_conn_{letter}_{electrode[:2].capitalize()}", f"c_{letter}",
        f"{titled(phase)} connected to the {electrode}",
        f"Share of the {phase} voxels connected to the {electrode} inside the phase.",
    )  # fmt: skip


def _dissociation(letter: str, phase: str) -> tuple[DescriptorSpec, ...]:
    title = f"{titled(phase)} near the interface"
    near = f"Share of the {phase} voxels within 10 nm of the interface to the acceptor"
    return (
        _graspi(f"DISS_f10_{letter}", f"h_{letter}", title, f"{near}."),
        _graspi(f"DISS_wf10_{letter}", f"h_w,{letter}", f"{title} (weighted)", f"{near}, nearer ones weighing more."),
    )


_ALL = (
    _fraction("vol_frac_D", "f_D", "donor"),
    _fraction("vol_frac_A", "f_A", "acceptor"),
    _fraction("vol_frac_M", "f_M", "mixed"),
    _fraction("ABS_f_D", "f_D", "donor"),
    _tortuosity("tortuosity_D", "τ_D", "donor", "anode", "CT_f_D_tort1"),
    _tortuosity("tortuosity_A", "τ_A", "acceptor", "cathode", "CT_f_A_tort1"),
    _tortuosity("CT_f_D_tort1", "τ_D", "donor", "anode", "CT_f_D_tort1"),
    _tortuosity("CT_f_A_tort1", "τ_A", "acceptor", "cathode", "CT_f_A_tort1"),
    _graspi("ABS_wf_D", "f_w,D", "Absorbing donor", "Donor fraction, layers weighted by the light that reaches them."),
    _reached("D", "donor", "anode"),
    _reached("A", "acceptor", "cathode"),
    DescriptorSpec(
        "norm_STAT_e", "e_DA", "Interface per voxel", "1", 0, 3,
        "Faces between a donor and an acceptor voxel, per voxel of the film: much in fine structures.",
        "GraSPI STAT_e over the voxels",
    ),
    _graspi(
        "CT_f_e_conn", "c_DA", "Useful interface",
        "Share of the donor-acceptor interface whose two sides are connected to their electrodes.",
    ),
    _tortuosity("CT_f_M_tort1_An", "τ_M,an", "mixed", "anode", "CT_f_M_tort1_An"),
    _tortuosity("CT_f_M_tort1_Ca", "τ_M,ca", "mixed", "cathode", "CT_f_M_tort1_Ca"),
    *_dissociation("D", "donor"),
    *_dissociation("M", "mixed"),
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
    DescriptorSpec(
        INTERFACIAL_AREA, "s", "Interfacial area", "1/nm", 0, float("inf"),
        "Area of the interfaces between all phases per volume of film, right for interfaces that face all directions "
        "alike.", "Underwood 1970, S_V = 2 P_L", decimals=4,
    ),
    *surface_specs("DA", "donor", "acceptor"),
    *surface_specs("DM", "donor", "mixed"),
    *surface_specs("AM", "acceptor", "mixed"),
    *statistics_specs("D", "donor"),
    *statistics_specs("A", "acceptor"),
    *statistics_specs("M", "mixed"),
    *curvature_specs("D", "donor"),
    *curvature_specs("A", "acceptor"),
    DescriptorSpec(
        DOMAIN_SIZE, "R", "Domain size", "nm", 0, float("inf"),
        "2π over the mean wave number of the structure factors of all phases: how wide a domain and its neighbour are "
        "together.", "Bray 1994", decimals=2,
    ),
    DescriptorSpec(
        "interphase_thickness", "δ", "Interphase thickness", "nm", 0, float("inf"),
        "Mean distance through the mixed phase from donor to acceptor, over the area of the interphase.",
        "Distance transform", decimals=2,
    ),
    DescriptorSpec(
        "interphase_thickness_std", "σ_δ", "Interphase thickness, spread", "nm", 0, float("inf"),
        "Standard deviation of the interphase thickness over its area.", "Distance transform", decimals=2,
    ),
    DescriptorSpec(
        "interphase_thickness_q05", "δ_5", "Interphase thickness, thinnest 5 %", "nm", 0, float("inf"),
        "Thickness that 5 % of the area of the interphase stay below.", "Distance transform", decimals=2,
    ),
    DescriptorSpec(
        "isolated_voxels", "f_iso", "Isolated voxels", "1", 0, 1,
        "Share of voxels of which no face neighbour is of the same phase; sharp domains have none.", "Voxel faces",
        decimals=6,
    ),
)  # fmt: skip
SPECS: dict[str, DescriptorSpec] = {spec.name: spec for spec in _ALL}


OF_GRASPI = ("ABS_", "CT_", "DISS_", "norm_STAT", "STAT_")
"""What names begin with that are of GraSPI's table."""


def known_spec(name: str) -> DescriptorSpec | None:
    """The spec of a quantity that this program measures or predicts, of any phase; None for another name."""
    return SPECS.get(name) or PROPERTY_SPECS.get(name) or own_phase_spec(name)


def spec_of(name: str) -> DescriptorSpec:
    """The known spec, or a plain one for a descriptor that only a model card names."""
    if (known := known_spec(name)) is not None:
        return known
    words = name.replace("<", "‹")  # a stranger's, and shown where tags would be followed
    return DescriptorSpec(name, words, words, "1", float("-inf"), float("inf"), words, "model card")


_SAME = (("vol_frac_D", "ABS_f_D"), ("tortuosity_D", "CT_f_D_tort1"), ("tortuosity_A", "CT_f_A_tort1"))


def further_names(names: Names) -> tuple[str, ...]:
    """Targets of phases with these names that a network need not be conditioned on, see `core.further_targets`: the
    interfacial area and the tortuosity factor of every phase but the mixed one.

    Examples
    --------
    >>> further_names(("donor", "acceptor", "mixed")), further_names(("pore",))
    (('interfacial_area', 'tortuosity_factor_D', 'tortuosity_factor_A'), ('interfacial_area', 'tortuosity_factor_pore'))
    """
    keys = (key for key in phase_keys(names)[:MOST_PHASES] if key != LETTERS[-1])
    return (INTERFACIAL_AREA, *(f"{TORTUOSITY_FACTOR}{key}" for key in keys))


def is_further(name: str) -> bool:
    """Whether a quantity is one of `further_names`, of whatever phases."""
    return name == INTERFACIAL_AREA or name.startswith(TORTUOSITY_FACTOR)


def is_logarithmic(name: str) -> bool:
    """Whether a target counts by its logarithm, and so is above 0."""
    return name == DOMAIN_SIZE or is_further(name)


def same_quantity(name: str) -> tuple[str, ...]:
    """All names of the quantity `name`: the short ones of three-phase films and GraSPI's speak of the same.

    Examples
    --------
    >>> same_quantity("ABS_f_D"), same_quantity("chi")
    (('vol_frac_D', 'ABS_f_D'), ('chi',))
    """
    return next((names for names in _SAME if name in names), (name,))
