"""Files of volumes: one module per format, its reader beside its writer, one registry, and what reads and writes
whatever the format."""

from microdesigner.io.options import ImportOptions, MissingOptionError, RawLayout
from microdesigner.io.registry import FORMATS, READERS, SCANNED, Format
from microdesigner.io.volumes import read, reading, scan, write

__all__ = [
    "FORMATS", "READERS", "SCANNED", "Format", "ImportOptions", "MissingOptionError", "RawLayout", "read", "reading",
    "scan", "write",
]  # fmt: skip
