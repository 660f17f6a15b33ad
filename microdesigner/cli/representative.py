"""`microdesigner describe FILE... --representative NAME`: how many films, or how large a one, a value needs."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from microdesigner.cli.progress import with_bars
from microdesigner.core.descriptor_spec import known_spec, spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.phases import has_donor_and_acceptor
from microdesigner.core.property_specs import is_property
from microdesigner.core.quantity import unit_words

if TYPE_CHECKING:
    from microdesigner.core.material_constants import MaterialConstants
    from microdesigner.core.microstructure import Microstructure
    from microdesigner.descriptors import DescriptorSet
    from microdesigner.evaluation.representativity import Interval, Measure, Representativity


SETS: "tuple[DescriptorSet, ...]" = ("basic", "graspi", "full")


def tell(films: "list[Microstructure]", name: str, constants: "MaterialConstants | None", as_json: bool) -> None:
    """Measure `name` of films and of their parts, and print what that says of its mean."""
    from microdesigner.evaluation.representativity import representativity

    if len({(film.shape, film.voxel_nm) for film in films}) > 1:
        raise InputError("--representative compares films of one size; leave out those of another.")
    *_, found = with_bars(representativity(films, _measure(name, constants)))
    unit = films[0].length_unit
    if as_json:
        print(json.dumps({"name": name, "unit": spec_of(name).unit, "length_unit": unit, **asdict(found)}, indent=1))  # type: ignore[call-overload]
    else:
        print("\n".join(_lines(name, found, unit)))  # type: ignore[arg-type]


def _measure(name: str, constants: "MaterialConstants | None") -> "Measure":
    """How a film's value `name` is measured: by the smallest set that has it."""
    from microdesigner.properties import describe

    if is_property(name):
        return lambda film: describe(film, "properties", constants, [name]).values.get(name)
    if (spec := known_spec(name)) is None or spec.kind == "process":
        raise InputError(f"--representative needs the name of a descriptor or a property; got {name!r}.")

    def measured(film: "Microstructure") -> float | None:
        for which in SETS if has_donor_and_acceptor(film.phase_names) else (SETS[0], SETS[-1]):
            if name in (values := describe(film, which).values):
                return values[name]
        return None

    return measured


def _lines(name: str, found: "Representativity", length: str) -> list[str]:
    unit = unit_words(spec_of(name).written_unit, " {}")
    lines = [f"{name} of {len(found.values)} films: {_interval(found.interval)}{unit}"]
    if found.films_needed is not None:
        lines.append(f"  films for a mean within 1 %: {found.films_needed}")
    for size in found.sizes:
        x_edge, y_edge = size.edges
        lines.append(f"  {size.columns} columns of {x_edge:g}×{y_edge:g} {length}: {_interval(size.interval)}{unit}")
    if found.edge_needed is not None:
        lines.append(f"  edge of a square film that measures within 1 %: {found.edge_needed:.4g} {length}")
    return lines


def _interval(interval: "Interval") -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.mean:.6g}"
    return f"{interval.mean:.6g}, 95 % of such means between {interval.low:.6g} and {interval.high:.6g}"
