"""What is found out about the volume on show: opened files measured, plots, recipes verified, results compared."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from microdesigner.app.html_report import report_html
from microdesigner.app.store.history_rows import Entry
from microdesigner.app.view_state import ViewModel
from microdesigner.app.volume_open import Opened
from microdesigner.app.workers.measuring import DescribeTask, LinesTask, MeasureTask, PropertiesTask
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification
from microdesigner.gui.command import Command
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.results.comparison import ComparisonPanel
from microdesigner.gui.results.comparison_side import Compared
from microdesigner.gui.results.panel import ResultsPanel
from microdesigner.gui.results.plots import PlotsPanel
from microdesigner.gui.results.values_page import ValuesPage
from microdesigner.gui.results.verifier import Verifier
from microdesigner.view3d.palettes import colour_table, palette_of

VERIFYING = "A recipe is being verified; its simulation would have to begin again."
VERIFIED = "The recipe of seed {seed} is verified; show that result to see it."


class ResultsController(QObject):
    """Connects the processes that compute with the pages and panels that show what they find."""

    measured = Signal(object, object, object)  # Microstructure of the film on show, its values, reasons for gaps
    stored = Signal(object, object, str)  # Request, Sample, note of an opened volume: to be added to the history
    verified = Signal(object, object)  # Request that makes the sample alone, Verification
    volume_requested = Signal(object)  # Microstructure to be shown in place of the sample's, or the sample's again
    compared = Signal()  # the comparison shows films
    message = Signal(str)
    failed = Signal(str, str)  # sentence, details

    def __init__(self, look: ViewModel, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.compute = ComputeClient(self)
        self.verifier = Verifier(self)
        self.panel = ResultsPanel()
        self.plots = PlotsPanel(lambda: colour_table(look.state.palette))
        self.values = ValuesPage()
        self.comparison = ComparisonPanel()
        self._shown: tuple[Request, Sample] | None = None
        self._opened: Opened | None = None
        self._verified: tuple[Sample, Verification] | None = None
        self._connect()

    def show_sample(self, request: Request, sample: Sample) -> None:
        """Show what is known of a sample made for `request`."""
        self._shown = request, sample
        self.panel.show_sample(request, sample)
        self.plots.show_volume(sample.microstructure)
        self.values.show_volume(sample.microstructure, f"{request.model or 'film'}-seed{sample.seed}")
        known = self._verified is not None and self._verified[0] is sample
        self._show_verification(self._verified[1] if known and self._verified else None)

    def measure(self, opened: Opened) -> None:
        """Measure an opened volume that brings no values along; the history gets it then."""
        self._opened = opened
        if opened.sample.measured:
            self.stored.emit(opened.request or Request(model=""), opened.sample, opened.path.name)
        else:
            self.compute.ask(MeasureTask(opened.sample.microstructure))

    def verify(self) -> None:
        """Simulate the recipe of the sample on show."""
        if self._shown is not None and self._shown[1].process:
            self.verifier.start(*self._shown)

    def compare_entries(self, films: list[tuple[Entry, Sample]]) -> None:
        """Show some stored results side by side."""
        self._compare([Compared(_title(entry), entry.request.targets, sample) for entry, sample in films])

    def take_verification(self, sample: Sample, verification: Verification) -> None:
        """Know what a simulation said of a sample before it is shown."""
        self._verified = sample, verification

    def report(self, picture: bytes, take: Callable[[str], None]) -> None:
        """Call `take` with a page on the sample on show once its plots are computed, whatever is on show by then."""
        assert self._shown is not None
        request, sample = self._shown
        verification = self._verified[1] if self._verified and self._verified[0] is sample else None
        self.message.emit("The plots of the report are being computed…")
        self.plots.whole(lambda drawings: take(report_html(request, sample, picture, drawings, verification)))

    def commands(self) -> list[Command]:
        """What can be found out."""
        return [
            Command(
                "Generate", "Use the film's values as targets", self.panel.measured.targets_requested.emit,
                ("Ctrl+Shift+T",), section=3, enabled=self.panel.measured.use.isEnabled,
            ),
            Command(
                "Generate", "Verify the recipe by simulation", self.verify, ("Ctrl+Shift+V",), section=2,
                enabled=lambda: self._shown is not None and bool(self._shown[1].process),
            )
        ]  # fmt: skip

    def unfinished(self) -> str:
        """What would be lost if the window closed now, in words; "" for nothing."""
        return VERIFYING if self.verifier.running else ""

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.panel.restyle()
        self.plots.restyle()
        self.comparison.restyle()

    def close(self) -> None:
        """End all processes and free the graphics resources."""
        self.compute.close()
        self.verifier.close()
        self.comparison.close_scenes()

    def _show_verification(self, verification: Verification | None) -> None:
        self.panel.recipe.show_answer(verification)
        self.panel.verification.show_result(verification)

    def _take_simulated(self, request: Request, sample: Sample, verification: Verification) -> None:
        if verification.volume is not None:
            volume = verification.volume.with_provenance(title="Simulated film")
            verification = replace(verification, volume=volume)
        self.take_verification(sample, verification)
        self.verified.emit(replace(request, seed=sample.seed, count=1), verification)
        if self._shown is not None and self._shown[1] is sample:
            self._show_verification(verification)
        else:
            self.message.emit(VERIFIED.format(seed=sample.seed))

    def _show_simulated(self, on: bool) -> None:
        if self._verified is not None and self._verified[1].volume is not None:
            sample, verification = self._verified
            volume: Microstructure | None = verification.volume if on else sample.microstructure
            assert volume is not None
            self.volume_requested.emit(volume)
            self.plots.show_volume(volume)
            self.values.show_volume(volume, "simulated-film" if on else f"film-seed{sample.seed}")

    def _compare_simulated(self) -> None:
        if self._verified is None or self._verified[1].volume is None or self._shown is None:
            return
        sample, verification = self._verified
        targets = self._shown[0].targets
        simulated = Sample(verification.volume, sample.seed, verification.simulated)  # type: ignore[arg-type]
        self._compare(
            [Compared("Generated film", targets, sample), Compared("Film simulated at its recipe", targets, simulated)]
        )

    def _compare(self, films: list[Compared]) -> None:
        state = self._look.state
        self.comparison.show_films(films, palette_of(state.palette), state.smooth)
        self.compared.emit()

    def _answer(self, task: object, value: Any) -> None:
        if isinstance(task, LinesTask):
            self.plots.take(task, value)
            self.comparison.plot.take(task, value)
        elif isinstance(task, DescribeTask | PropertiesTask):
            self.values.take(task, *value)
        elif isinstance(task, MeasureTask):
            self._take_values(task, value)

    def _take_values(self, task: MeasureTask, value: Any) -> None:
        opened = self._opened
        if opened is None or opened.sample.microstructure is not task.microstructure:
            return
        measured, reasons = value
        on_show = self._shown is not None and self._shown[1].microstructure is task.microstructure
        known = self._shown[1] if self._shown is not None and on_show else opened.sample
        sample = replace(known, measured=measured, reasons=reasons)
        request, path = opened.request or Request(model=""), Path(opened.path)
        if on_show:
            self.measured.emit(task.microstructure, measured, reasons)
        self.stored.emit(request, sample, path.name)

    def _fail(self, task: object, message: str, details: str) -> None:
        if isinstance(task, LinesTask):
            self.plots.take_failure(task, message)
            self.comparison.plot.take_failure(task, message)
        elif isinstance(task, DescribeTask | PropertiesTask):
            self.values.take_failure(task, message)
        else:
            self.failed.emit(message, details)

    def _connect(self) -> None:
        panel = self.panel.verification
        self.compute.answered.connect(self._answer)
        self.compute.failed.connect(self._fail)
        self.compute.progressed.connect(self.plots.show_progress)
        for page in (self.plots, self.comparison.plot):
            page.task_requested.connect(self.compute.ask)
            page.failed.connect(lambda sentence: self.failed.emit(sentence, ""))
        self.values.task_requested.connect(self.compute.ask)
        self.values.task_cancelled.connect(self.compute.cancel)
        self.compute.progressed.connect(self.values.show_progress)
        self.values.message.connect(self.message)
        self.values.failed.connect(lambda sentence: self.failed.emit(sentence, ""))
        self._look.changed.connect(lambda _: self.plots.restyle())
        panel.verification_requested.connect(self.verify)
        panel.cancelled.connect(self.verifier.cancel)
        panel.film_shown.connect(self._show_simulated)
        panel.compared.connect(self._compare_simulated)
        self.verifier.started.connect(lambda: panel.show_running(True))
        self.verifier.ended.connect(lambda: panel.show_running(False))
        self.verifier.progressed.connect(panel.show_progress)
        self.verifier.verified.connect(self._take_simulated)
        self.verifier.failed.connect(self.failed)


def _title(entry: Entry) -> str:
    origin = f"{entry.request.model}, seed {entry.request.seed}" if entry.request.model else "Opened from a file"
    return f"{origin}{f', {entry.note}' if entry.note else ''}"
