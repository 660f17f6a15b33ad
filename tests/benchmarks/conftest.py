"""The benchmarks drive the real window, with the fixtures of its tests."""

from tests.gui.conftest import (  # noqa: F401
    collector,
    home,
    no_qt_warnings,
    nothing_left_behind,
    open_window,
    qapp_cls,
    stand_in_model,
    window,
)
