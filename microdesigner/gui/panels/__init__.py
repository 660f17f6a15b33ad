"""The columns of the main window."""
