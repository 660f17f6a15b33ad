"""One figure for a whole generation: honest after the first third, near zero at the end, never backwards."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from microdesigner.app.generation_progress import GenerationProgress, Outlook
from microdesigner.app.pace import PaceMemory, Work
from microdesigner.app.store.paces import load_paces, save_paces
from microdesigner.core.events import Progress
from microdesigner.core.guidance_schedule import corrected_steps
from microdesigner.core.request import Request

TARGETS = {"vol_frac_D": 0.4, "tortuosity_D": 0.5}
Timed = tuple[float, Progress]


CALM = (0.15, 1.5, 0.14, 0.7, 0.35, 0.35)
BUSY = (0.4, 3.5, 0.36, 1.4, 0.5, 0.9)
"""Seconds of an evaluation, the first correction, another, the first round, another and the rest, as measured on a CPU
alone and on one that much else ran on."""


def events(
    count: int = 1, slow: float = 1.0, rounds: int = 2, steps: int = 16, costs: tuple[float, ...] = CALM
) -> Iterator[Timed]:
    """What the engine tells on a CPU, with the times measured there, `slow` times as long."""
    evaluation, opening, correction, first, usual, finish = (cost * slow for cost in costs)
    now = 0.0
    for film in range(count):
        corrected = corrected_steps(Request(TARGETS, steps=steps))
        for step in range(steps):
            now += evaluation + (0 if step not in corrected else opening if step == corrected[0] else correction)
            yield now, Progress("denoise", film * steps + step + 1, count * steps)
        yield now, Progress("refine", 8 * film, 8 * count)
        for done in range(1, rounds + 1):
            now += first if done == 1 else usual
            yield now, Progress("refine", 8 * film + done, 8 * count)
        yield now, Progress("decode", film, count)
        now += finish
        yield now, Progress("measure", film + 1, count)


def followed(request: Request, memory: PaceMemory, timed: list[Timed]) -> list[tuple[float, Outlook]]:
    """What is told at each event and ten times a second between them."""
    progress, seen = GenerationProgress(request, memory), []
    for (now, event), (following, _) in itertools.pairwise([*timed, (timed[-1][0], timed[-1][1])]):
        progress.add(event, now)
        ticks = int((following - now) / 0.1) + 1
        seen += [(now + 0.1 * tick, progress.outlook(now + 0.1 * tick)) for tick in range(ticks)]
    return seen


def errors_after(share: float, seen: list[tuple[float, Outlook]], end: float) -> list[float]:
    """Of the whole time that is told once this share of it is over, as a share of it."""
    return [
        abs(now + outlook.seconds_left - end) / end
        for now, outlook in seen
        if now > share * end and outlook.seconds_left is not None
    ]


def errors_after_a_third(seen: list[tuple[float, Outlook]], end: float) -> list[float]:
    """The same after a third."""
    return errors_after(1 / 3, seen, end)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("slow", [0.3, 1.0, 10.0])
def test_the_first_run_is_told_within_a_fifth(count: int, slow: float) -> None:
    timed = list(events(count, slow))
    errors = errors_after_a_third(followed(Request(TARGETS, steps=16, count=count), PaceMemory(), timed), timed[-1][0])
    assert errors
    assert max(errors) < 0.2


@pytest.mark.parametrize("slow", [0.5, 1.0, 3.0])
def test_what_runs_of_the_past_took_is_known(slow: float) -> None:
    """Also where the machine is faster or slower now, and this program's own ratios do not hold."""
    memory, request = PaceMemory(), Request(TARGETS, steps=16)
    for _ in range(3):
        followed(request, memory, list(events(rounds=7)))
    timed = list(events(rounds=7, slow=slow))
    seen = followed(request, memory, timed)
    assert max(errors_after_a_third(seen, timed[-1][0])) < 0.1
    assert seen[-1][1].seconds_left is not None
    assert seen[-1][1].seconds_left < 0.05 * timed[-1][0]


def test_the_second_film_is_known_from_its_first_step_on_whatever_its_parts_take() -> None:
    memory, request = PaceMemory(), Request(TARGETS, steps=20)
    timed = list(events(steps=20, costs=BUSY))
    assert max(errors_after_a_third(followed(request, memory, timed), timed[-1][0])) < 0.3
    seen = followed(request, memory, timed)
    assert max(errors_after(0.0, seen, timed[-1][0])) < 0.25
    assert max(errors_after_a_third(seen, timed[-1][0])) < 0.1


def test_the_bar_never_goes_back_and_ends_near_its_end() -> None:
    timed = list(events(3, rounds=8))
    shares = [outlook.share for _, outlook in followed(Request(TARGETS, steps=16, count=3), PaceMemory(), timed)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.97


def test_time_runs_down_between_events() -> None:
    memory = PaceMemory()
    followed(Request(TARGETS, steps=16), memory, list(events()))
    progress = GenerationProgress(Request(TARGETS, steps=16), memory)
    for now, event in itertools.islice(events(), 17):  # the refinement begins
        progress.add(event, now)
    left = [progress.outlook(now + wait).seconds_left or 0.0 for wait in (0.0, 0.1, 0.2)]
    assert left == pytest.approx([left[0], left[0] - 0.1, left[0] - 0.2])
    assert left[0] > 0.5


def test_what_takes_longer_than_ever_is_not_told_to_be_nearly_over() -> None:
    memory = PaceMemory()
    followed(Request(TARGETS, steps=16), memory, list(events()))
    progress = GenerationProgress(Request(TARGETS, steps=16), memory)
    for now, event in itertools.islice(events(), 17):
        progress.add(event, now)
    late = progress.outlook(now + 10).seconds_left
    assert late is not None
    assert late > 1.0


def test_candidates_that_are_drawn_again_are_followed() -> None:
    """Two candidates of one film: its time comes twice, and the film is not done before."""
    request = Request(TARGETS, steps=16, candidates=4)
    progress = GenerationProgress(request, PaceMemory())
    now = 0.0
    for number in range(2):
        for now, event in events():
            denoises = event.stage == "denoise"
            told = Progress("denoise", number * 16 + event.done, 64) if denoises else event
            if event.stage != "measure":
                progress.add(told, 2 * number + now)
                outlook = progress.outlook(2 * number + now)
                assert outlook.share < 1
    assert outlook.seconds_left == pytest.approx(0.25, abs=0.2)


def test_films_denoised_together_are_followed_one_after_the_other() -> None:
    """A graphics card denoises sixteen at once, then refines and decodes them in turn; runs are learned from."""
    timed, now = [], 0.0
    corrected = corrected_steps(Request(TARGETS, steps=16))
    for step in range(16):
        now += 0.05 + (0.0 if step not in corrected else 0.8 if step == corrected[0] else 0.2)
        timed.append((now, Progress("denoise", 16 * (step + 1), 256)))
    for film in range(16):
        timed.append((now, Progress("refine", 8 * film, 128)))
        for done in range(1, 4):
            now += 0.4 if done == 1 else 0.1
            timed.append((now, Progress("refine", 8 * film + done, 128)))
        timed.append((now, Progress("decode", film, 16)))
        now += 0.1
    timed += [(now, Progress("measure", film + 1, 16)) for film in range(16)]
    memory, request = PaceMemory(), Request(TARGETS, steps=16, count=16)
    for _ in range(8):
        seen = followed(request, memory, timed)
    assert max(errors_after_a_third(seen, now)) < 0.2


def test_films_with_other_targets_are_told_by_those_that_are_refined_alike() -> None:
    memory, steps = PaceMemory(), 16
    for _ in range(3):
        followed(Request(TARGETS, steps=steps), memory, list(events(rounds=7)))
    alike, fractions_alone = Request({"tortuosity_D": 0.4}, steps=steps), Request({"vol_frac_D": 0.4}, steps=steps)
    timed = list(events(rounds=7))
    assert max(errors_after_a_third(followed(alike, memory, timed), timed[-1][0])) < 0.1
    assert memory.expected(Work.of(fractions_alone)) is None


def test_the_next_start_knows_what_films_took(tmp_path: Path) -> None:
    memory, request = PaceMemory(), Request(TARGETS, steps=16)
    for _ in range(3):
        followed(request, memory, list(events(rounds=7, slow=3.0)))
    save_paces(memory, tmp_path)
    progress = GenerationProgress(request, load_paces(tmp_path))
    timed = list(events(rounds=7, slow=3.0))
    progress.add(timed[0][1], timed[0][0])
    left = progress.outlook(timed[0][0]).seconds_left
    assert left == pytest.approx(timed[-1][0] - timed[0][0], rel=0.1), "from the first evaluation on"


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"work": {}, "pace": {}}]', "[" * 100_000])
def test_a_damaged_file_of_paces_is_as_none_and_written_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "paces.json").write_text(content)
    memory = load_paces(tmp_path)
    assert not memory.known
    followed(Request(TARGETS, steps=16), memory, list(events()))
    save_paces(memory, tmp_path)
    assert load_paces(tmp_path).known == memory.known
