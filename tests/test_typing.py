"""What a user's type checker sees: the public names have types, none of them Any."""

import re
import subprocess
import sys
from pathlib import Path

import microdesigner

ROOT = Path(__file__).resolve().parents[1]
USE = """
from microdesigner import Engine, Microstructure, Request, describe, simulate
reveal_type(Engine)
reveal_type(Microstructure)
reveal_type(Request)
reveal_type(describe)
reveal_type(simulate)
volume = Microstructure.__new__(Microstructure)
reveal_type(volume.phases.shape)
reveal_type(describe(volume).values)
for event in Engine.load("ch-3phase").generate(Request(targets={"vol_frac_D": 0.4})):
    reveal_type(event)
Request(count="many")
"""


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(microdesigner.__file__).parent / "py.typed").is_file()
    assert set(microdesigner.__all__) <= set(dir(microdesigner))


def test_a_users_type_checker_sees_the_types(tmp_path: Path) -> None:
    script = tmp_path / "use.py"
    script.write_text(USE)
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(script)]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    revealed = re.findall(r'Revealed type is "(.*)"', out)
    assert len(revealed) == USE.count("reveal_type"), out
    assert not [name for name in revealed if re.match(r"(Any|def \(\*)", name)], out
    assert "Engine" in revealed[0]
    assert revealed[-1].count("microdesigner.core.events.") == 5
    (mistake,) = [line for line in out.splitlines() if "error:" in line]
    assert '"count" to "Request"' in mistake
