"""The earlier name of `volume_open`."""

from microdesigner.app.volume_open import FIRST_RESULT, Opened, first_result, open_volume

__all__ = ["FIRST_RESULT", "Opened", "first_result", "open_volume"]
