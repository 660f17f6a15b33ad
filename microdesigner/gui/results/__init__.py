"""What a volume measures, its recipe, the simulation that verifies it, plots, comparison, export."""
