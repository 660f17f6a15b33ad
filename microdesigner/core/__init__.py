"""Types that every part shares; NumPy only."""
