"""Design 3-D multiphase microstructures: generate, measure, simulate.

* `Engine` and `Request` generate volumes from targets with a conditional latent diffusion model.
* `describe` measures a `Microstructure`: phase fractions, percolation, tortuosity and the other descriptors of GraSPI.
* `simulate` anneals a blend by the Cahn-Hilliard equation.
* `microdesigner.io` reads and writes volumes.

Names load on first use, so that `import microdesigner` stays instant although torch and Numba do not.

Examples
--------
>>> import numpy as np
>>> from microdesigner import Microstructure, describe
>>> film = np.zeros((8, 8, 4), np.uint8)  # donor
>>> film[4:] = 1  # acceptor beside it: both phases cross the film straight
>>> values = describe(Microstructure(film, phase_names=("donor", "acceptor"))).values
>>> values["ABS_f_D"], values["CT_f_D_tort1"], values["CT_f_A_tort1"]
(0.5, 1.0, 1.0)
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from microdesigner.core.version import __version__ as __version__

if TYPE_CHECKING:
    from microdesigner.core.microstructure import Microstructure as Microstructure
    from microdesigner.core.request import Request as Request
    from microdesigner.engine import Engine as Engine
    from microdesigner.physics import simulate as simulate
    from microdesigner.properties import describe as describe

# Before torch loads: OpenMP threads that spin while they wait slow each other down tenfold on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__all__ = ["Engine", "Microstructure", "Request", "describe", "simulate"]

_HOMES = {
    "Engine": "microdesigner.engine",
    "Microstructure": "microdesigner.core.microstructure",
    "Request": "microdesigner.core.request",
    "describe": "microdesigner.properties",
    "simulate": "microdesigner.physics",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'microdesigner' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
