"""What to ask for: the targets, the options of a generation, the drafts that follow them."""
