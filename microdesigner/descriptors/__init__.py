"""What a microstructure measures: GraSPI's descriptors of donor-acceptor films, at interactive speed."""

from microdesigner.descriptors.fractions import fractions_and_tortuosities
from microdesigner.descriptors.report import DescriptorReport, DescriptorSet, describe

__all__ = ["DescriptorReport", "DescriptorSet", "describe", "fractions_and_tortuosities"]
