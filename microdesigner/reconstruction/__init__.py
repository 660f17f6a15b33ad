"""Statistical reconstruction: films of an unknown material from pictures of its sections."""

from microdesigner.reconstruction.coarse_to_fine import reconstruct
from microdesigner.reconstruction.making import reconstructed_film

__all__ = ["reconstruct", "reconstructed_film"]
