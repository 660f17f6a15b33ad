"""What the desktop stores between two starts: history, queue, session and settings."""
