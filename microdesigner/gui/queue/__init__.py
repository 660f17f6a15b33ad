"""Generations in the order of their turn, sweeps and their contact sheets."""
