"""The examples in docstrings run, and every public function says what it takes and gives."""

import doctest
import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import microdesigner.descriptors
import microdesigner.properties


def modules(package: ModuleType) -> list[str]:
    folder = Path(str(package.__file__)).parent
    return [f"{package.__name__}.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]


WITH_EXAMPLES = [
    *modules(microdesigner.descriptors),
    *modules(microdesigner.properties),
    "microdesigner.core.descriptor_spec",
    "microdesigner.core.film_thickness",
    "microdesigner.evaluation.jackknife",
    "microdesigner.evaluation.representativity",
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name: str) -> None:
    results = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE, report=False)
    assert results.failed == 0


def test_most_subjects_have_an_example() -> None:
    finder = doctest.DocTestFinder()
    shown = [name for name in WITH_EXAMPLES if any(test.examples for test in finder.find(import_module(name)))]
    assert len(shown) >= 15


@pytest.mark.parametrize(
    "name",
    [
        "chord_length.chord_lengths", "chord_length.mean_chord", "components.components_of",
        "correlation.radial_correlation",
        "curvature.interface_curvature", "fractions.fractions_and_tortuosities", "grid_trace.grid_trace",
        "interface.contacts", "interface.face_pairs", "interface.isolated_voxels", "interphase.interphase_thickness",
        "lineal_path.lineal_path", "phase_bits.pack_phases", "profile.composition_tilt", "profile.depth_profile",
        "report.describe", "report.sample_values", "statistics.scalar_statistics", "structure_factor.domain_size",
        "structure_factor.structure_factor", "surface.face_surface", "topology.euler_number",
        "tortuosity.straight_voxels", "tortuosity_histogram.tortuosity_histogram", "transport.transport_along_z",
    ],
)  # fmt: skip
def test_parameters_and_returns_are_documented(name: str) -> None:
    module, function = name.split(".")
    documented = getattr(import_module(f"microdesigner.descriptors.{module}"), function)
    text = inspect.getdoc(documented) or ""
    assert "Parameters\n----------" in text
    assert "Returns\n-------" in text
    head = text.split("Returns\n-------")[0]
    for parameter in inspect.signature(documented).parameters:
        assert parameter in head
