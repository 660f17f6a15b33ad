"""Stored results: their strip of thumbnails and the service that reads and writes them."""
