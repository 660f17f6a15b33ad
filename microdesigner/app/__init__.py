"""What the desktop knows without Qt."""
