"""Files of volumes: one module per format, its reader beside its writer, and one registry."""

from microdesigner.io.registry import FORMATS, SCANNED, Format, read, scan, write

__all__ = ["FORMATS", "SCANNED", "Format", "read", "scan", "write"]
