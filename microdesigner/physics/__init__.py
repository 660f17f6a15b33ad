"""Cahn-Hilliard physics: free energy, solver, phases from a field, recipes."""

from microdesigner.physics.simulate import Recipe, Snapshot, simulate

__all__ = ["Recipe", "Snapshot", "simulate"]
