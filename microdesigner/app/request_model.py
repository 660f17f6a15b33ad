"""What would be generated now: the chosen model, the targets, the options. Widgets show it, undo restores it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from psygnal import Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.evented import EventedModel
from microdesigner.app.targets import QUALITIES, Options, Targets, TargetState
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.request import Request
from microdesigner.core.verdict import RequestVerdict

MAX_SEED = 2**31 - 1
Recall = Literal["all", "targets", "seed"]
TITLES = {
    "seed": "Change the seed", "count": "Change the number of samples", "candidates": "Change the candidates",
    "match": "Change the matching", "quality": "Change the quality", "seed_locked": "Lock or free the seed",
    "live": "Live draft on or off",
}  # fmt: skip


@dataclass(frozen=True)
class Design:
    """One state of the request model; `model` is the name of an installed model, "" where there is none."""

    model: str = ""
    targets: TargetState = field(default_factory=TargetState)
    options: Options = field(default_factory=Options)


class RequestModel(EventedModel[Design]):
    """Edits a Design; `targets` knows the conditions of the chosen model and is None without one."""

    model_chosen = Signal(str)

    def __init__(self, catalogue: Catalogue, options: Options | None = None) -> None:
        super().__init__(Design(options=options or Options()))
        self._catalogue = catalogue
        self.targets: Targets | None = None
        self._gesture = self._moving = ""
        self._before_gesture = TargetState()

    def restore(self, state: Design) -> None:
        """Set the state without a step of undo; one whose model is not installed any more is ignored."""
        if state != self.state and (not state.model or self._catalogue.card(state.model) is not None):
            self._gesture = ""
            super().restore(state)

    def edit(self, state: Design, title: str, merge_key: str = "") -> None:
        """Set the state as a step of the user's."""
        if merge_key != self._gesture:
            self._gesture = ""
        super().edit(state, title, merge_key)

    def start(self, preferred: str) -> None:
        """Choose the installed model `preferred`, or the first where that is none, with targets in its middle."""
        names = [installed.card.name for installed in self._catalogue.models]
        if names:
            name = preferred if preferred in names else names[0]
            card = self._catalogue.card(name)
            assert card is not None
            self.restore(replace(self.state, model=name, targets=Targets(card).state))

    def request(self) -> Request | None:
        """The request as it stands; None without a model."""
        return self.targets.request(self.state.options) if self.targets else None

    def choose_model(self, name: str) -> None:
        """Choose another model; conditions that both have keep their values."""
        card = self._catalogue.card(name)
        if card is not None:
            chosen = Targets(card, self.targets.state if self.targets else None)
            self.edit(replace(self.state, model=name, targets=chosen.state), f"Choose {name}")

    def set_value(self, name: str, value: float, gesture: str = "") -> None:
        """Ask for a value of a condition; other fractions are lowered where the sum would exceed one.

        While `gesture` stays the same and is not empty, each value is set in the state before the gesture: what a drag
        lowered comes back when the drag does.
        """
        if not gesture or gesture != self._gesture:
            self._before_gesture = self.state.targets
        self._gesture, self._moving = gesture, name
        self._move(lambda targets: targets.set_value(name, value), f"Set {_title(name)}", self._before_gesture)

    def lowered(self) -> dict[str, float]:
        """Targets that the gesture under way has moved besides its own, with their present values."""
        now, before = self.state.targets, self._before_gesture
        return {
            other: now.values[other]
            for other in sorted(now.fixed & before.fixed)
            if self._gesture and other != self._moving and now.values[other] != before.values.get(other)
        }

    def set_fixed(self, name: str, fixed: bool) -> None:
        """Ask for a condition's value, or leave it free."""
        self._gesture = ""
        self._move(lambda targets: targets.set_fixed(name, fixed), f"{'Ask for' if fixed else 'Free'} {_title(name)}")

    def use_nearest(self) -> None:
        """Move to the nearest targets that the training data support in a film of the size asked."""
        self._gesture = ""
        request = self.request()
        size = request.size if request else None
        self._move(lambda targets: targets.use_nearest(size), "Use nearest supported targets")

    def judged(self) -> RequestVerdict | None:
        """What is known of the request as it stands before it is served; None without a model."""
        request = self.request()
        return self.targets.judged(request.size) if self.targets and request else None

    def set_options(self, gesture: str = "", **changes: Any) -> None:
        """Change entries of the options by name."""
        options = replace(self.state.options, **changes)
        self.edit(replace(self.state, options=options), TITLES[next(iter(changes))], gesture)

    def new_seed(self) -> None:
        """Take a new random seed."""
        options = replace(self.state.options, seed=secrets.randbelow(MAX_SEED))
        self.edit(replace(self.state, options=options), "New random seed")

    def recall(self, request: Request, what: Recall = "all") -> None:
        """Bring back an earlier request, all of it, all but its seed, or its seed, as one step.

        Nothing changes where its model is not installed and more than the seed is asked for.
        """
        seed = request.seed if what != "targets" else self.state.options.seed
        if what == "seed":
            self.set_options(seed=seed)
            return
        card = self._catalogue.card(request.model)
        if card is None:
            return
        recalled = Targets(card, self.targets.state if self.targets else None)
        recalled.ask_only(request.targets)
        options = replace(
            self.state.options, seed=seed, count=request.count, candidates=request.candidates, match=request.match
        )
        for quality, recipe in QUALITIES.items():
            if recipe == (request.steps, request.sampler):
                options = replace(options, quality=quality)
        self.edit(Design(card.name, recalled.state, options), "Recall targets")

    def _move(self, move: Callable[[Targets], None], title: str, start: TargetState | None = None) -> None:
        """Go where `move` takes the targets, by default from where they are."""
        if self.targets is not None:
            self.targets.state = start or self.state.targets
            move(self.targets)
            after, self.targets.state = self.targets.state, self.state.targets
            self.edit(replace(self.state, targets=after), title, self._gesture)

    def _set(self, state: Design) -> None:
        card = self._catalogue.card(state.model)
        chosen = card is not None and (self.targets is None or self.targets.card is not card)
        if card is not None and chosen:
            self.targets = Targets(card)
        if self.targets is not None:
            self.targets.state = state.targets
        super()._set(state)
        if chosen:
            self.model_chosen.emit(state.model)


def _title(name: str) -> str:
    return spec_of(name).title.lower()
