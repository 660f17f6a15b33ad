"""The manual page and the shells' completions, into a folder laid out as /usr/share: `shell_files.py FOLDER`."""

import datetime
import gzip
import os
import re
import sys
from pathlib import Path

from microdesigner import __version__
from microdesigner.cli.completion import completion
from microdesigner.cli.main import build_parser

NAME = "microdesigner"
PLACES = {"bash": f"bash-completion/completions/{NAME}", "zsh": f"zsh/site-functions/_{NAME}"}
HEAD = (
    '.TH MICRODESIGNER 1 "{date}" "microdesigner {version}" "User Commands"\n.SH NAME\n'
    "microdesigner \\- design 3-D multiphase microstructures\n"
)
FILES = """.SH ENVIRONMENT
.TP
MICRODESIGNER_HOME
folder of your models, trainings, history and settings; the default is that of your system, as microdesigner
\\-\\-report tells
.TP
MICRODESIGNER_DEBUG
set to 1: show where a failure happened
.TP
MICRODESIGNER_RELEASES
folder or https address that Check for updates asks
.SH EXIT STATUS
0 done; 1 failed; 2 the request or a file is wrong; 130 interrupted
"""


def manual_page(date: str) -> str:
    """The page in troff: the help of the program and of each command."""
    os.environ["COLUMNS"] = "78"
    parser = build_parser()
    commands = next(action.choices for action in parser._actions if isinstance(action.choices, dict))
    parts = [HEAD.format(date=date, version=__version__), _section("DESCRIPTION", parser.format_help())]
    parts += [_section(f"COMMAND {name}", inner.format_help()) for name, inner in commands.items()]
    return "".join(parts) + FILES


def _section(title: str, text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    escaped = "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in escaped)
    lines = [f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.rstrip().splitlines()]
    return f'.SH "{title.upper()}"\n.nf\n' + "\n".join(lines) + "\n.fi\n"


def main(folder: Path) -> None:
    changes = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.search(rf"^## {re.escape(__version__)} \((.+)\)$", changes, re.MULTILINE)
    page = manual_page(released[1] if released else str(datetime.date.today()))  # the same bytes from the same sources
    files = {"man/man1/microdesigner.1.gz": gzip.compress(page.encode(), mtime=0)}
    files |= {place: completion(build_parser(), shell).encode() for shell, place in PLACES.items()}
    for place, content in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
