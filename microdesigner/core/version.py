"""The program's version, apart from the package itself, whose public names import all that needs it."""

__version__ = "0.1.0"
