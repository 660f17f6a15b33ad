"""The walls between the features of the window."""

import subprocess
import sys

import pytest

FEATURES = ("targets", "viewer", "results", "history", "queue", "importing", "training", "help", "keeping")
TOLD = """
import importlib, pkgutil, sys
package = importlib.import_module("microdesigner.gui.{feature}")
for module in pkgutil.iter_modules(package.__path__):
    importlib.import_module(package.__name__ + "." + module.name)
print(" ".join(sorted(name for name in sys.modules if name.startswith("microdesigner.gui."))))
"""


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_loads_no_other_and_no_window(feature: str) -> None:
    """Every module of it, in a fresh interpreter."""
    told = subprocess.run(
        [sys.executable, "-c", TOLD.format(feature=feature)], capture_output=True, text=True, check=True, timeout=300
    )
    loaded = {name.split(".")[2] for name in told.stdout.split()}
    assert feature in loaded
    assert not loaded & {*FEATURES, "main_window", "application", "workspace"} - {feature}
