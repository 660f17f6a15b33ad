"""Files of volumes: one module per format, its reader beside its writer, and one registry."""

from microdesigner.io.registry import FORMATS, Format, read, write

__all__ = ["FORMATS", "Format", "read", "write"]
