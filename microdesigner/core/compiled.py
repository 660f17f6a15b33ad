"""Numba's compiler with its disk cache, also where no cache folder can be written."""

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """`function` compiled to machine code on first call; it releases the interpreter lock while it runs."""
    try:
        machine_code: Function = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba finds no folder for its cache, as in a read-only installation without a home
        machine_code = njit(nogil=True)(function)
    return machine_code
