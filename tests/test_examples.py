"""The examples in docstrings run, and every public name has one."""

import doctest
from importlib import import_module

import pytest

MODULES = {
    "microdesigner": "microdesigner",
    "Microstructure": "microdesigner.core.microstructure",
    "Request": "microdesigner.core.request",
    "read": "microdesigner.io.volumes",
    "describe": "microdesigner.descriptors.report",
    "simulate": "microdesigner.physics.simulate",
    "Engine": "microdesigner.engine.engine",
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = import_module(MODULES[name])
    results = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE, report=False)
    assert results.failed == 0
    assert results.attempted > 0
