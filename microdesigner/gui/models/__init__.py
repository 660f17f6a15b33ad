"""The page of a model: what it can do, what it was made of; rename, export, delete."""
