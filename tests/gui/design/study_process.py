"""In the place of `microdesigner`: makes the films of a study at once, each along a curve, and takes its time for each.

Called as `design GOAL... --budget N --out DIR`.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from microdesigner.core.microstructure import Microstructure
from microdesigner.io.volumes import write

SECONDS = 0.15


def main(words: list[str]) -> None:
    """Write a journal of films that are not there yet."""
    if "broken" in words[words.index("--model") + 1]:
        print("microdesigner: the model is broken; take another one.", file=sys.stderr)
        sys.exit(2)
    budget, out = int(words[words.index("--budget") + 1]), Path(words[words.index("--out") + 1])
    journal = out / "result.jsonl"
    made = len(journal.read_text(encoding="utf-8").splitlines()) if journal.exists() else 0
    for number in range(made, budget):
        time.sleep(SECONDS)
        phases = np.zeros((8, 8, 8), np.uint8)
        phases[:, :, number % 8 :] = 1
        write(Microstructure(phases, phase_names=("donor", "acceptor", "mixed")), out / f"sample-{number:04d}.vti")
        share = number / 10
        values = {"tortuosity_D": share, "tortuosity_A": 1 - share**2, "chi": 2.5 + share}
        process = {name: {"best": values.get(name, 0.5)} for name in ("phi", "chi", "log_time")}
        entry = {"file": f"sample-{number:04d}.vti", "process": process, "targets": {}, "design": {"values": values}}
        with journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"index": number, "sample": entry}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
