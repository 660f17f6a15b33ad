"""Training: three stages, the run directory, the events it writes."""
