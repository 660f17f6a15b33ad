"""Search for commands, sheet of shortcuts, tour and report."""
