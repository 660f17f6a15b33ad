"""The tiny model for these tests."""

from tests.tiny_model import tiny_engine, tiny_folder

__all__ = ["tiny_engine", "tiny_folder"]
