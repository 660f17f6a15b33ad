"""Statistical reconstruction: films of an unknown material from pictures of its sections."""

from microdesigner.reconstruction.coarse_to_fine import reconstruct

__all__ = ["reconstruct"]
