"""Films as a format can hold them."""

from dataclasses import replace

from microdesigner import io
from microdesigner.core.microstructure import Microstructure
from microdesigner.io.mixed_phase import without_mixed


def held(name: str, film: Microstructure) -> Microstructure:
    """`film` itself, or, where the format `name` holds neither a mixed phase nor bricks, one of two phases in cubes."""
    if io.FORMATS[name].holds_mixed:
        return film
    cubes = film.voxel_nm and (film.voxel_nm[0],) * 3
    return replace(without_mixed(film, 0.5), voxel_nm=cubes, provenance=film.provenance)
