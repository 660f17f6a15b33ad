"""What is kept of films while the rest is generated."""
