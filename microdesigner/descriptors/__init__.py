"""What a microstructure measures: GraSPI's descriptors of donor-acceptor films at interactive speed, and statistics.

`describe` returns numbers. The functions behind its "full" set, and those that return curves for plots, stand in one
module per subject: `correlation`, `structure_factor`, `lineal_path`, `chord_length`, `surface`, `curvature`,
`interphase`, `topology`, `profile`, `tortuosity_histogram`, `transport`, and `grid_trace` for what a decoder leaves.
"""

from microdesigner.descriptors.fractions import fractions_and_tortuosities
from microdesigner.descriptors.report import DescriptorReport, DescriptorSet, describe, sample_values

__all__ = ["DescriptorReport", "DescriptorSet", "describe", "fractions_and_tortuosities", "sample_values"]
