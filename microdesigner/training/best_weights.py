"""Keeping the weights that validated best."""

import math
from typing import Any

import lightning
from torch import Tensor


class BestWeights(lightning.Callback):
    """Ends a stage with the weights of its least validation loss, earlier sessions of a resumed run included.

    Unlike those of Lightning's ModelCheckpoint, the weights are part of the run's one checkpoint: there is no second
    file that a resumed run would have to find again.
    """

    def __init__(self) -> None:
        self._least = math.inf
        self._weights: dict[str, Tensor] = {}

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """Copy the weights when they are the best so far."""
        loss = float(trainer.callback_metrics["val_loss"])
        if loss < self._least:
            self._least = loss
            self._weights = {name: value.detach().cpu().clone() for name, value in module.network.state_dict().items()}

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        """Give the best weights back, where nothing was left to train too."""
        if self._weights:
            module.network.load_state_dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"least": self._least, "weights": self._weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self._least, self._weights = state_dict["least"], state_dict["weights"]
