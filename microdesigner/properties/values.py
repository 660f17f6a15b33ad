"""What a property computes: values by name, with the reasons for those that do not exist."""

from dataclasses import dataclass, field

Value = float | None


@dataclass
class Values:
    """Values by name. One that does not exist is None, and `reasons` says why."""

    values: dict[str, Value] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def lack(self, names: tuple[str, ...], reason: str) -> "Values":
        """These values, with `names` told not to exist for a `reason`."""
        self.values |= dict.fromkeys(names)
        self.reasons |= dict.fromkeys(names, reason)
        return self
