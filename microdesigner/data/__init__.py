"""Data sets: design of experiments, simulation in parallel, the HDF5 store, the split by series."""
