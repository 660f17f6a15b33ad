"""The networks of Baishnab et al., Digital Discovery 2025, 4, 3175, behind the interface of this program's own.

Their published weights fit by name and shape, and parameter counts are those of the paper's Table 1. Padding knows no
periodic faces, and instance norms see the whole volume: these networks serve the size they were trained on alone.
"""

from microdesigner.models.microgen3d.autoencoder import GreyAutoencoder
from microdesigner.models.microgen3d.config import MicroGen3DConfig
from microdesigner.models.microgen3d.denoiser import NoiseDenoiser
from microdesigner.models.microgen3d.predictor import PointPredictor

__all__ = ["GreyAutoencoder", "MicroGen3DConfig", "NoiseDenoiser", "PointPredictor", "microgen3d_networks"]


def microgen3d_networks(config: MicroGen3DConfig) -> tuple[GreyAutoencoder, PointPredictor, NoiseDenoiser]:
    """The three networks, untrained."""
    return GreyAutoencoder(config), PointPredictor(config), NoiseDenoiser(config)
