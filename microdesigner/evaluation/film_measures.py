"""What tells films apart: the measures of the twin table, and the feature vectors that classifiers see."""

from collections.abc import Mapping

import numpy as np

from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, Microstructure
from microdesigner.descriptors import describe
from microdesigner.descriptors.correlation import axis_correlation, lateral_correlation
from microdesigner.descriptors.curvature import interface_curvature
from microdesigner.descriptors.grid_trace import grid_trace
from microdesigner.descriptors.profile import depth_profile

Measures = dict[str, float]
"""Values by name; NaN for what does not exist."""
LAGS = (2, 4, 8, 16)
INTERFACES, STRUCTURE = "interfaces", "structure"
_INTERFACE_STEMS = ("mean_curvature", "gaussian_curvature", "interphase", "isolated")
_STRUCTURE_STEMS = (
    "specific_surface_isotropic", "mean_chord", "domain_size", "euler", "percolating", "connected", "tortuosity_",
    "composition_tilt", "effective_diffusivity",
)  # fmt: skip


def film_measures(film: Microstructure) -> Measures:
    """Everything measured of one film.

    Parameters
    ----------
    film : Microstructure
        A film of two or three phases.

    Returns
    -------
    dict
        The "full" set of `describe`, and besides: "norm_STAT_e", donor-acceptor faces per voxel; "volume" in nm³;
        "grid_trace";
        "scaled_..._D" and _A, curvatures without a unit, divided by the specific surface (Gaussian ones by its square);
        "S2_D_lateral_4" and so on, two-point correlations at lags of `LAGS` voxels within the layers and along z;
        "layer_std_D" and so on, standard deviation of each phase's share from layer to layer. NaN where a value does
        not exist.
    """
    values = {
        name: np.nan if value is None else float(value)
        for name, value in describe(film, "full").values.items()
        if name == "norm_STAT_e" or not name.startswith(("STAT", "CT_n", "CT_e"))  # counts depend on the size alone
    }
    values["volume"] = float(film.phases.size * np.prod(film.spacing))
    trace = grid_trace(film)
    values["grid_trace"] = np.nan if trace is None else trace
    for label, letter in ((DONOR, "D"), (ACCEPTOR, "A")):
        values |= _scaled_curvature(film, label, letter)
    for letter, label in zip("DAM", range(len(film.phase_names)), strict=False):
        values[f"layer_std_{letter}"] = float(depth_profile(film, label).value.std())
        for kind, curve in (
            ("lateral", lateral_correlation(film, label).value),
            ("z", axis_correlation(film, "z", label).value),
        ):
            values |= {f"S2_{letter}_{kind}_{lag}": float(curve[lag]) for lag in LAGS if lag < len(curve)}
    return values


def features(measures: Mapping[str, float], which: str) -> Measures:
    """The part of `film_measures` that a classifier sees.

    Parameters
    ----------
    measures : mapping
        What `film_measures` returns.
    which : str
        `INTERFACES`: curvature, interphase, isolated voxels, contacts and grid. `STRUCTURE`: sizes, topology,
        transport and profiles. Fractions are in neither, since they are conditions.
    """
    if which == INTERFACES:
        return _chosen(measures, (*_INTERFACE_STEMS, "scaled_", "norm_STAT_e", "grid_trace"))
    return _chosen(measures, (*_STRUCTURE_STEMS, "S2_", "layer_std")) | _shapes(measures)


def _chosen(measures: Mapping[str, float], stems: tuple[str, ...]) -> Measures:
    return {name: value for name, value in measures.items() if name.startswith(stems)}


def _shapes(measures: Mapping[str, float]) -> Measures:
    """Sizes and Euler numbers without a unit, by the specific surface of their phase: films differ in coarseness far
    more than groups of films do, and hide there what tells these apart."""
    shapes: Measures = {}
    for letter in "DA":
        pairs = ("DA", f"{letter}M")
        surface = sum(measures.get(f"specific_surface_isotropic_{pair}", 0.0) for pair in pairs)
        along = {axis: measures[f"mean_chord_{axis}_{letter}"] for axis in "xyz"}
        shapes |= {f"shape_chord_{axis}_{letter}": chord * surface for axis, chord in along.items()}
        shapes[f"shape_chord_ratio_{letter}"] = 2 * along["z"] / (along["x"] + along["y"])
        shapes[f"shape_domain_{letter}"] = measures[f"domain_size_{letter}"] * surface
        density = measures[f"euler_{letter}"] / measures["volume"]  # 1/nm³
        shapes[f"shape_euler_{letter}"] = density / surface**3 if surface else np.nan
    return shapes


def _scaled_curvature(film: Microstructure, label: int, letter: str) -> Measures:
    names = [f"scaled_{moment}_{letter}" for moment in ("H", "H_std", "H_skewness", "K", "K_05", "K_95")]
    found = interface_curvature(film, label)
    if found is None:
        return dict.fromkeys(names, np.nan)
    surface = found.area.sum() / (film.phases.size * np.prod(film.spacing))  # 1/nm
    statistics = found.statistics()
    spread = statistics["mean_curvature_std"]
    skewness = (
        np.average((found.mean - statistics["mean_curvature"]) ** 3, weights=found.area) / max(spread, 1e-12) ** 3
    )
    gaussian = (statistics[f"gaussian_curvature{tail}"] / surface**2 for tail in ("", "_q05", "_q95"))
    values = (statistics["mean_curvature"] / surface, spread / surface, skewness, *gaussian)
    return dict(zip(names, map(float, values), strict=True))


def table_rows(phases: int) -> dict[str, tuple[str, bool]]:
    """Rows of the twin table for films of `phases` phases: title: (measure, whether differences are relative)."""
    rows: dict[str, tuple[str, bool]] = {}
    for phase, letter in (("donor", "D"), ("acceptor", "A")):
        rows |= {
            f"spread of mean curvature, {phase}": (f"mean_curvature_std_{letter}", True),
            f"spread of mean curvature, scaled, {phase}": (f"scaled_H_std_{letter}", True),
            f"Gaussian curvature, 5 %, {phase}": (f"gaussian_curvature_q05_{letter}", True),
            f"Gaussian curvature, 95 %, {phase}": (f"gaussian_curvature_q95_{letter}", True),
        }
    if phases > MIXED:
        rows |= {
            "interphase thickness, mean": ("interphase_thickness", True),
            "interphase thickness, standard deviation": ("interphase_thickness_std", True),
            "interphase thickness, 5 %": ("interphase_thickness_q05", True),
        }
    pairs = ("DA",) if phases <= MIXED else ("DM", "AM")
    rows |= {f"specific surface, {pair}": (f"specific_surface_isotropic_{pair}", True) for pair in pairs}
    for phase, letter in (("donor", "D"), ("acceptor", "A")):
        rows |= {
            f"mean chord along x, {phase}": (f"mean_chord_x_{letter}", True),
            f"mean chord along z, {phase}": (f"mean_chord_z_{letter}", True),
            f"domain size, {phase}": (f"domain_size_{letter}", True),
            f"Euler number, {phase}": (f"euler_{letter}", True),
        }
    rows["composition tilt, donor"] = ("composition_tilt_D", False)
    rows["isolated voxels, share"] = ("isolated_voxels", False)
    if phases > MIXED:
        rows["donor-acceptor faces per voxel"] = ("norm_STAT_e", False)
    return rows | {"grid trace": ("grid_trace", False)}
