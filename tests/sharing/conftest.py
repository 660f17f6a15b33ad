"""Fixtures of these tests."""

from tests.sharing.runs import ada, run_of, study
from tests.tiny_model import tiny_engine, tiny_folder

__all__ = ["ada", "run_of", "study", "tiny_engine", "tiny_folder"]
