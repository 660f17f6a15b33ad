"""Files of volumes: one module per format, its reader beside its writer, and one registry."""

from microdesigner.io.options import ImportOptions, MissingOptionError, RawLayout
from microdesigner.io.registry import FORMATS, READERS, SCANNED, Format, read, reading, scan, write

__all__ = [
    "FORMATS", "READERS", "SCANNED", "Format", "ImportOptions", "MissingOptionError", "RawLayout", "read", "reading",
    "scan", "write",
]  # fmt: skip
