"""What a fresh process is timed with; this module loads nothing that the work does not."""


def import_package() -> None:
    """Nothing but the package itself, which the call has imported."""


def describe_film() -> None:
    """GraSPI's table of a film of standard size."""
    import numpy as np

    from microdesigner.core.microstructure import Microstructure
    from microdesigner.descriptors import describe

    describe(Microstructure(np.random.default_rng(0).integers(0, 3, (128, 128, 64), dtype=np.uint8)), "graspi")
