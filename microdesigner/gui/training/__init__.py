"""From data to a model of one's own: one file per page."""
