"""Progress bars on stderr, one per stage, with time left."""

import sys
from collections.abc import Iterator
from typing import Any, TypeVar

from microdesigner.core.events import Progress

Event = TypeVar("Event")


class Bars:
    """A bar for every stage that reports; use as a context."""

    def __enter__(self) -> "Bars":
        self._bars: dict[str, Any] = {}
        return self

    def __exit__(self, *ending: object) -> None:
        for bar in self._bars.values():
            bar.close()

    def show(self, event: object) -> None:
        """Move the bar of the event's stage; other events than Progress are none of its business."""
        if not isinstance(event, Progress):
            return
        if event.stage not in self._bars:
            from tqdm import tqdm

            self._bars[event.stage] = tqdm(total=event.total, desc=event.stage, file=sys.stderr, leave=False)
        bar = self._bars[event.stage]
        bar.update(event.done - bar.n)


def with_bars(events: Iterator[Event]) -> Iterator[Event]:
    """Pass `events` on while showing their progress."""
    with Bars() as bars:
        for event in events:
            bars.show(event)
            yield event
