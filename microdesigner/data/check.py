"""What is found out about a data set, and how severe it is."""

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["error", "warning", "note", "good"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Check:
    """One finding: the `name` of what was looked at, how severe, a sentence, and what helps ("" where nothing must).

    "error": training would fail or teach nothing; "warning": the model will be worse than it could be; "note": good to
    know; "good": in order.
    """

    name: str
    severity: Severity
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.severity}:", self.sentence, self.remedy)))
