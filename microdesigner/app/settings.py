"""The earlier name of `store.settings`."""

from microdesigner.app.store.settings import Settings, settings_path

__all__ = ["Settings", "settings_path"]
