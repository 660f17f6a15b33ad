"""Stored results: their strip of thumbnails, the gallery of all, and the service that reads and writes them."""
