"""What the desktop remembers between two starts."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from microdesigner.core.paths import user_data, write_text_atomic


@dataclass
class Settings:
    """Remembered choices; an unreadable or foreign file gives the defaults."""

    model: str = ""
    quality: str = "standard"
    palette: str = "paper"
    smooth: bool = True
    orthographic: bool = False
    export_folder: str = ""
    window: str = ""
    columns: str = ""

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """Read the settings; entries of another type than the default's are dropped."""
        try:
            document = json.loads((path or settings_path()).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return cls()
        if not isinstance(document, dict):
            return cls()
        settings = cls()
        for entry in fields(cls):
            value = document.get(entry.name)
            if type(value) is type(entry.default):
                setattr(settings, entry.name, value)
        return settings

    def save(self, path: Path | None = None) -> None:
        """Write the settings so that the file is whole at any moment."""
        write_text_atomic(path or settings_path(), json.dumps(asdict(self), indent=1))


def settings_path() -> Path:
    """Where the settings live."""
    return user_data() / "settings.json"
