"""What the desktop remembers between two starts."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from microdesigner.core.paths import user_data, write_text_atomic

MAX_RECENT = 10


@dataclass
class Settings:
    """Remembered choices; an unreadable or foreign file gives the defaults."""

    model: str = ""
    quality: str = "standard"
    palette: str = "paper"  # a name, or "own" and its colours
    smooth: bool = True
    orthographic: bool = False
    export_folder: str = ""
    recent: str = ""  # paths, the newest first, one a line
    voxel_nm: str = "1 1 1"  # last given for a file that does not record it
    window: str = ""
    columns: str = ""
    history: bool = True
    tour_seen: bool = False

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

    def recent_files(self) -> list[Path]:
        """Files opened lately that still exist, the newest first."""
        return [path for path in map(Path, self.recent.splitlines()) if path.is_file()]

    def remember_file(self, path: Path) -> None:
        """Put a file in front of the recent ones."""
        others = [known for known in self.recent.splitlines() if known != str(path)]
        self.recent = "\n".join([str(path), *others][:MAX_RECENT])

    def last_voxel_nm(self) -> tuple[float, float, float]:
        """The voxel edges given last."""
        try:
            x, y, z = map(float, self.voxel_nm.split())
        except ValueError:
            return 1.0, 1.0, 1.0
        return x, y, z


def settings_path() -> Path:
    """Where the settings live."""
    return user_data() / "settings.json"
