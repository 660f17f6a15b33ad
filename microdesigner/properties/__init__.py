"""What a film does, from its voxels and material constants: conduction, excitons, charges, stiffness, permeability.

`describe` gives them by name beside the descriptors of `microdesigner.descriptors`. Each property stands in a module of
its own with its equation, its assumptions and its source.
"""

from microdesigner.core.material_constants import MaterialConstants, read_constants
from microdesigner.properties.report import PropertiesDone, describe, property_events

__all__ = ["MaterialConstants", "PropertiesDone", "describe", "property_events", "read_constants"]
