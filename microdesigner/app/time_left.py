"""How long work still takes whose parts take alike: from how long those that are done have taken."""

SECONDS_UNTIL_ESTIMATE = 2.0


class TimeLeft:
    """Follows one piece of work after the other; each stage of it has a pace of its own."""

    def __init__(self) -> None:
        self._stage: str | None = None
        self._began = 0.0
        self._before = 0  # parts that were done when the stage began

    def begin(self) -> None:
        """Other work begins."""
        self._stage = None

    def seconds(self, stage: str, done: int, total: int, now: float) -> float | None:
        """Seconds left of a stage at the time `now`, None as long as nothing tells."""
        if stage != self._stage:
            self._stage, self._began, self._before = stage, now, done
        parts, elapsed = done - self._before, now - self._began
        if parts <= 0 or elapsed <= SECONDS_UNTIL_ESTIMATE or done >= total:
            return None
        return elapsed / parts * (total - done)
