"""What the manual takes from elsewhere: the guide and its pictures, the changes, and the help of every command."""

import os
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures that lie outside docs/."""
    resources = ROOT / "resources"
    outside = {
        "guide.md": resources / "guide.md",
        "changes.md": ROOT / "CHANGELOG.md",
        "pictures/icon.svg": resources / "icon.svg",
    }
    outside |= {f"pictures/{path.name}": path for path in sorted((resources / "pictures").glob("*.png"))}
    for place, path in outside.items():
        files.append(File.generated(config, place, abs_src_path=str(path)))
    files.append(File.generated(config, "commands.md", content=commands()))
    return files


def commands() -> str:
    """The help of the program and of each command."""
    os.environ["COLUMNS"] = "100"
    from microdesigner.cli.main import build_parser

    parser = build_parser()
    verbs = next(action.choices for action in parser._actions if isinstance(action.choices, dict))
    parts = [("microdesigner", parser.format_help())]
    parts += [(f"microdesigner {name}", verb.format_help()) for name, verb in verbs.items()]
    return "# Commands\n\n" + "\n".join(f"## {title}\n\n```text\n{text.rstrip()}\n```\n" for title, text in parts)
