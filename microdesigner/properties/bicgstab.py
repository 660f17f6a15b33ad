"""Linear equations without symmetry, by stabilised biconjugate gradients, with progress.

H. A. van der Vorst, SIAM J. Sci. Stat. Comput. 13 (1992) 631; SciPy's tells no progress and cannot be stopped.
"""

from collections.abc import Callable

import numpy as np

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.steps import Steps
from microdesigner.descriptors.conjugate_gradients import settled_share
from microdesigner.descriptors.network import Values

Product = Callable[[Values], Values]


def bicgstab(
    product: Product, preconditioner: Product, source: Values, tolerance: float, most_steps: int
) -> Steps[Values]:
    """The solution x of A x = `source`.

    Parameters
    ----------
    product, preconditioner : callable
        A times a vector, and roughly its inverse times one.
    source : ndarray
        The right side.
    tolerance : float
        The residual's norm over that of `source` at which to stop.
    most_steps : int
        Steps after which to give up.

    Returns
    -------
    ndarray
        x.

    Raises
    ------
    MicrodesignerError
        If it does not settle.
    """
    solution, residual = np.zeros_like(source), source.copy()
    shadow, direction, moved = source, np.zeros_like(source), np.zeros_like(source)
    overlap = length = damping = 1.0
    first = left = float(np.linalg.norm(source))
    share = 0.0
    for _ in range(most_steps):
        share = max(share, settled_share(left / first, tolerance))
        yield share
        if left <= tolerance * first:
            return solution
        before, overlap = overlap, float(shadow @ residual)
        direction = residual + overlap / before * (length / damping) * (direction - damping * moved)
        ahead = preconditioner(direction)
        moved = product(ahead)
        length = overlap / float(shadow @ moved)
        residual -= length * moved
        if float(np.linalg.norm(residual)) <= tolerance * first:
            return solution + length * ahead
        onward = preconditioner(residual)
        pulled = product(onward)
        damping = float(pulled @ residual) / float(pulled @ pulled)
        solution += length * ahead + damping * onward
        residual -= damping * pulled
        left = float(np.linalg.norm(residual))
    raise MicrodesignerError(f"Charges in the film did not settle within {most_steps} steps.")
