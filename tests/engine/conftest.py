"""The tiny model for these tests."""

import copy
from dataclasses import replace

import pytest

from microdesigner.engine import Engine
from microdesigner.engine.networks import InferenceNetworks
from tests.engine.films import Interpolation
from tests.tiny_model import tiny_engine, tiny_folder

__all__ = ["tiny_engine", "tiny_folder"]


@pytest.fixture
def networks(tiny_engine: Engine) -> InferenceNetworks:
    """The tiny model's, with a decoder that interpolates and voxels that are cubes."""
    ours = copy.copy(tiny_engine.networks)
    ours.bundle = replace(ours.bundle, card=ours.bundle.card.with_entries({"voxel_nm": [1.0, 1.0, 1.0]}))
    ours._decoder = ours._exact_decoder = Interpolation()  # type: ignore[assignment]
    return ours
