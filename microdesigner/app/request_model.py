"""What would be generated now: the chosen model, the targets, the options. Widgets show it, undo restores it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from psygnal import Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.evented import EventedModel
from microdesigner.app.kept_part import KeptPart
from microdesigner.app.targets import QUALITIES, Options, Targets, TargetState
from microdesigner.core.conditions import targets_among
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.phases import Names
from microdesigner.core.request import Request
from microdesigner.core.request_check import check_request
from microdesigner.core.verdict import RequestVerdict, Size, in_thickness

MAX_SEED = 2**31 - 1
NO_PAPER = "A film of which a part is kept needs the quality Draft or Standard, not Paper."
Recall = Literal["all", "targets", "seed"]
TITLES = {
    "seed": "Change the seed", "count": "Change the number of samples", "candidates": "Change the candidates",
    "match": "Change the matching", "quality": "Change the quality", "seed_locked": "Lock or free the seed",
    "live": "Live draft on or off", "size": "Change the size of the film", "voxel_nm": "Change the voxel edge",
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
        self._last_of: dict[str, TargetState] = {}  # targets of a model when another was chosen
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

    def request(self, **options: Any) -> Request | None:
        """The request as it stands, or with other `options`; None without a model, and where the kept part of a film
        cannot be one, as `impossible` says."""
        try:
            return self.targets.request(replace(self.state.options, **options)) if self.targets else None
        except InputError:
            return None

    @property
    def size(self) -> Size | None:
        """Voxels of the film asked for; None without a model."""
        return (self.state.options.size or self.targets.card.shape) if self.targets else None

    def choose_model(self, name: str) -> None:
        """Choose another model; conditions that both have keep their values, others those they had last with it."""
        card = self._catalogue.card(name)
        if card is not None:
            chosen = Targets(card, voxel_nm=self.state.options.voxel_nm)
            if self.targets is not None:
                self._last_of[self.state.model] = self.targets.state
                chosen.state = self._last_of.get(name, chosen.state)
                chosen.adopt(self.targets.state)
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
        size = self.state.options.size
        self._move(lambda targets: targets.use_nearest(size), "Use nearest supported targets")

    def judged(self) -> RequestVerdict | None:
        """What is known of the request as it stands before it is served; None without a model."""
        return self.targets.judged(self.state.options.size) if self.targets else None

    def impossible(self) -> str:
        """Why the chosen model cannot serve the request as it stands, in one sentence; "" where it can."""
        if self.targets is None:
            return ""
        card, options = self.targets.card, self.state.options
        try:
            check_request(card, self.targets.request(replace(options, kept=None)))
            if options.kept is not None:
                options.kept.check(options.size or card.shape, card)
                if options.quality == "paper":
                    return NO_PAPER
                check_request(
                    card, self.targets.request(options)
                )  # with the fractions that the kept part leaves possible
        except InputError as error:
            return str(error)
        return ""

    def set_size(self, size: Size, gesture: str = "") -> None:
        """Ask for films of so many voxels; the model's own size is no entry of the request."""
        own = self.targets is not None and size == self.targets.card.shape
        self.set_options(gesture, size=None if own else size)

    def set_voxel_edge(self, edge_nm: float, gesture: str = "") -> None:
        """Ask for voxels of this edge along x, the others in the model's proportion."""
        if self.targets is None:
            return
        own = self.targets.card.voxel_nm
        scaled = (edge_nm, *(round(edge_nm * edge / own[0], 9) for edge in own[1:]))
        self._set_edges(TITLES["voxel_nm"], gesture, voxel_nm=None if scaled == own else scaled)

    def use_own_size(self) -> None:
        """Ask for the size and the voxels that the model was trained on, as one step."""
        self._set_edges("Use the model's own size", size=None, voxel_nm=None)

    def set_options(self, gesture: str = "", **changes: Any) -> None:
        """Change entries of the options by name."""
        options = replace(self.state.options, **changes)
        self.edit(replace(self.state, options=options), TITLES[next(iter(changes))], gesture)

    def new_seed(self) -> None:
        """Draw a new random seed."""
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
        recalled = Targets(card, self.targets.state if self.targets else None, request.voxel_nm)
        recalled.ask_only(request.targets)
        options = replace(
            self.state.options, seed=seed, count=request.count, candidates=request.candidates, match=request.match,
            size=None if request.size == card.shape else request.size,
            voxel_nm=None if request.voxel_nm == card.voxel_nm else request.voxel_nm,
            kept=KeptPart.of_given(request.given) if request.given else None,
        )  # fmt: skip
        for quality, recipe in QUALITIES.items():
            if recipe == (request.steps, request.sampler):
                options = replace(options, quality=quality)
        self.edit(Design(card.name, recalled.state, options), "Recall targets")

    def use_values(self, measured: Mapping[str, float | None], layers: int, phase_names: Names) -> tuple[str, ...]:
        """Ask for what a film of `layers` voxels along z measures, as far as the chosen model has conditions for it.

        The film's phases are the model's by their labels, whatever they are called.

        Straight paths become those of the same structure in a film as thick as the one asked for. Returns the
        conditions that are asked for now; none, and nothing changes, where the film measures none of them.
        """
        targets, size = self.targets, self.size
        if targets is None or size is None:
            return ()
        found = targets_among(measured, phase_names, targets.parameters, targets.card.phase_names)
        found = in_thickness(found, layers, size[2])
        if found:
            rounded = {name: round(value, spec_of(name).decimals_up_to(value)) for name, value in found.items()}
            self.ask_for(rounded, "Use a film's values as targets")
        return tuple(found)

    def ask_for(self, targets: Mapping[str, float], title: str) -> None:
        """Ask for `targets`, under the model's names, and leave the rest free, as one step called `title`."""
        self._gesture = ""
        self._move(lambda own: own.ask_only(targets), title)

    def _set_edges(self, title: str, gesture: str = "", **changes: Any) -> None:
        """Change options, the edges of a voxel among them."""
        options = replace(self.state.options, **changes)
        targets = self.targets.in_voxels(options.voxel_nm) if self.targets else self.state.targets
        self.edit(replace(self.state, options=options, targets=targets), title, gesture)

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
        edges = state.options.voxel_nm
        if card is not None and (chosen or self.targets is None or self.targets.voxel_nm != edges):
            self.targets = Targets(card, voxel_nm=edges)
        if self.targets is not None:
            self.targets.state = state.targets
        super()._set(state)
        if chosen:
            self.model_chosen.emit(state.model)


def _title(name: str) -> str:
    return spec_of(name).title.lower()
