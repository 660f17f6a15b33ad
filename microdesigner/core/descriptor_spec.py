"""What each descriptor and processing parameter means: the source of sliders, tooltips, table heads and axis labels."""

from typing import Literal, get_args

from microdesigner.core.property_specs import PROPERTY_SPECS
from microdesigner.core.quantity import DescriptorSpec

__all__ = [
    "DOMAIN_SIZE", "FURTHER", "INTERFACIAL_AREA", "LOGARITHMIC", "SPECS",
    "DescriptorSpec", "FurtherTarget", "same_quantity", "spec_of",
]  # fmt: skip

DOMAIN_SIZE = "domain_size"
"""Of the film, all phases together: a target of models whose denoiser is conditioned on it."""
INTERFACIAL_AREA = "interfacial_area"
FurtherTarget = Literal["interfacial_area", "tortuosity_factor_D", "tortuosity_factor_A"]
FURTHER: tuple[FurtherTarget, ...] = get_args(FurtherTarget)
"""Targets that no network is conditioned on, see `core.further_targets`."""
LOGARITHMIC = (DOMAIN_SIZE, *FURTHER)
"""Targets that count by their logarithms, and so are above 0."""


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


def _statistics(letter: str, phase: str) -> tuple[DescriptorSpec, ...]:
    endless = float("inf")
    chords = tuple(
        DescriptorSpec(
            f"mean_chord_{axis}_{letter}", f"ℓ_{axis},{letter}", f"{phase.capitalize()} mean chord along {axis}", "nm",
            0, endless, f"Mean length of lines along {axis} within the {phase} phase, from interface to interface.",
            "Underwood 1970", decimals=2,
        )
        for axis in "xyz"
    )  # fmt: skip
    return (
        *chords,
        DescriptorSpec(
            f"domain_size_{letter}", f"R_{letter}", f"{phase.capitalize()} domain size", "nm", 0, endless,
            f"2π over the mean wave number of the {phase} phase's structure factor.", "Bray 1994", decimals=2,
        ),
        DescriptorSpec(
            f"euler_{letter}", f"χ_{letter}", f"{phase.capitalize()} Euler number", "1", -endless, endless,
            f"Parts less tunnels plus cavities of the {phase} phase; far below 0 for a network.",
            "Ohser and Mücklich 2000", decimals=0,
        ),
        DescriptorSpec(
            f"percolating_{letter}", f"P_{letter}", f"{phase.capitalize()} percolating share", "1", 0, 1,
            f"Share of the {phase} voxels in parts that touch both electrodes.", "26-connected parts",
        ),
        DescriptorSpec(
            f"connected_anode_{letter}", f"C_{letter},an", f"{phase.capitalize()} share connected to the anode", "1",
            0, 1, f"Share of the {phase} voxels in parts that touch the anode.", "26-connected parts",
        ),
        DescriptorSpec(
            f"connected_cathode_{letter}", f"C_{letter},ca", f"{phase.capitalize()} share connected to the cathode",
            "1", 0, 1, f"Share of the {phase} voxels in parts that touch the cathode.", "26-connected parts",
        ),
        DescriptorSpec(
            f"tortuosity_factor_{letter}", f"τ_F,{letter}", f"{phase.capitalize()} tortuosity factor", "1", 1, endless,
            f"How much winding slows diffusion along z through the {phase} phase: its fraction times D over D_eff.",
            "TauFactor, Cooper 2016",
        ),
        DescriptorSpec(
            f"effective_diffusivity_{letter}", f"D_eff,{letter}/D", f"{phase.capitalize()} effective diffusivity", "1",
            0, 1, f"Diffusivity of the film along z through the {phase} phase alone, over that of the pure phase.",
            "TauFactor, Cooper 2016",
        ),
        DescriptorSpec(
            f"composition_tilt_{letter}", f"Δ_z,{letter}", f"{phase.capitalize()} composition tilt", "1", -1, 1,
            f"Share of the {phase} phase in the top 8 layers less that in the bottom 8.", "Depth profile",
        ),
    )  # fmt: skip


def _curvatures(letter: str, phase: str) -> tuple[DescriptorSpec, ...]:
    endless, source = float("inf"), "Goldman 2005"
    title, of = phase.capitalize(), f"of the interface of the {phase} phase, smoothed over 1.5 voxels"
    return (
        DescriptorSpec(
            f"mean_curvature_{letter}", f"H_{letter}", f"{title} mean curvature", "1/nm", -endless, endless,
            f"Mean over the area {of}; positive where the phase bulges outwards.", source, decimals=4,
        ),
        DescriptorSpec(
            f"mean_curvature_std_{letter}", f"σ_H,{letter}", f"{title} mean curvature, spread", "1/nm", 0, endless,
            f"Standard deviation of the mean curvature over the area {of}.", source, decimals=4,
        ),
        DescriptorSpec(
            f"gaussian_curvature_{letter}", f"K_{letter}", f"{title} Gaussian curvature", "1/nm²", -endless, endless,
            f"Mean over the area {of}; negative on saddles.", source, decimals=5,
        ),
        *(
            DescriptorSpec(
                f"gaussian_curvature_q{level}_{letter}", f"K_{level},{letter}",
                f"{title} Gaussian curvature, {level} %", "1/nm²", -endless, endless,
                f"Gaussian curvature that {int(level)} % of the area {of}, stay below.", source, decimals=5,
            )
            for level in ("05", "95")
        ),
    )  # fmt: skip


def _graspi(name: str, symbol: str, title: str, meaning: str) -> DescriptorSpec:
    return DescriptorSpec(name, symbol, title, "1", 0, 1, meaning, f"GraSPI {name}")


def _reached(letter: str, phase: str, electrode: str) -> DescriptorSpec:
    return _graspi(
        f"CT_f_conn_{letter}_{electrode[:2].capitalize()}", f"c_{letter}",
        f"{phase.capitalize()} connected to the {electrode}",
        f"Share of the {phase} voxels connected to the {electrode} inside the phase.",
    )  # fmt: skip


def _dissociation(letter: str, phase: str) -> tuple[DescriptorSpec, ...]:
    title = f"{phase.capitalize()} near the interface"
    near = f"Share of the {phase} voxels within 10 nm of the interface to the acceptor"
    return (
        _graspi(f"DISS_f10_{letter}", f"h_{letter}", title, f"{near}."),
        _graspi(f"DISS_wf10_{letter}", f"h_w,{letter}", f"{title} (weighted)", f"{near}, nearer ones weighing more."),
    )


def _surfaces(letters: str, one: str, other: str) -> tuple[DescriptorSpec, ...]:
    title = f"{one.capitalize()}-{other} specific surface"
    meaning = f"Area of the interface between the {one} and the {other} phase per volume of film, "
    return (
        DescriptorSpec(
            f"specific_surface_{letters}", f"s_{letters}", f"{title} (faces)", "1/nm", 0, float("inf"),
            meaning + "counted in voxel faces; 3/2 too large for an interface that faces all directions alike.",
            "Voxel faces", decimals=4,
        ),
        DescriptorSpec(
            f"specific_surface_isotropic_{letters}", f"s_{letters},iso", f"{title} (isotropic)", "1/nm", 0,
            float("inf"), meaning + "right for an interface that faces all directions alike.",
            "Underwood 1970, S_V = 2 P_L", decimals=4,
        ),
    )  # fmt: skip


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
    *_surfaces("DA", "donor", "acceptor"),
    *_surfaces("DM", "donor", "mixed"),
    *_surfaces("AM", "acceptor", "mixed"),
    *_statistics("D", "donor"),
    *_statistics("A", "acceptor"),
    *_statistics("M", "mixed"),
    *_curvatures("D", "donor"),
    *_curvatures("A", "acceptor"),
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


def spec_of(name: str) -> DescriptorSpec:
    """The known spec, or a plain one for a descriptor that only a model card names."""
    if (known := SPECS.get(name) or PROPERTY_SPECS.get(name)) is not None:
        return known
    words = name.replace("<", "‹")  # a stranger's, and shown where tags would be followed
    return DescriptorSpec(name, words, words, "1", float("-inf"), float("inf"), words, "model card")


_SAME = (("vol_frac_D", "ABS_f_D"), ("tortuosity_D", "CT_f_D_tort1"), ("tortuosity_A", "CT_f_A_tort1"))


def same_quantity(name: str) -> tuple[str, ...]:
    """All names of the quantity `name`: the short ones of three-phase films and GraSPI's speak of the same.

    Examples
    --------
    >>> same_quantity("ABS_f_D"), same_quantity("chi")
    (('vol_frac_D', 'ABS_f_D'), ('chi',))
    """
    return next((names for names in _SAME if name in names), (name,))
