"""What is found out about the volume on show: opened files measured, plots, recipes verified, results compared."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from microdesigner.app.history import Entry
from microdesigner.app.html_report import report_html
from microdesigner.app.volume_open import Opened
from microdesigner.app.workers.measuring import LinesTask, MeasureTask
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification
from microdesigner.gui.central_area import CentralTabs
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.results.comparison import Compared, ComparisonPanel
from microdesigner.gui.results.plots import PlotsPanel
from microdesigner.gui.results.verifier import Verifier
from microdesigner.gui.widgets.thumbnails import png

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

SELECT_TWO = "Select two results in the history with Ctrl+click to compare them."


class ResultsController(QObject):
    """Connects the processes that compute with the pages and panels that show what they find."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.compute = ComputeClient(self)
        self.verifier = Verifier(self)
        self.plots = PlotsPanel(window.views.colours)
        self.comparison = ComparisonPanel()
        self.tabs = CentralTabs(window.views, self.plots, self.comparison)
        self._opened: Opened | None = None
        self._verified: tuple[Sample, Verification] | None = None
        self._connect()

    def measure(self, opened: Opened) -> None:
        """Measure an opened volume that brings no values along; the history keeps it then."""
        self._opened = opened
        if opened.sample.measured:
            self._keep(opened.request or Request(model=""), opened.sample, opened)
        else:
            self.compute.ask(MeasureTask(opened.sample.microstructure))

    def verify(self) -> None:
        """Simulate the recipe of the sample on show."""
        shown = self._window.current_sample
        if shown.sample is not None and shown.request is not None and shown.sample.process:
            self.verifier.start(shown.request, shown.sample)

    def compare_selected(self) -> None:
        """Show the two selected results of the history side by side."""
        if not self._window.history.panel.compare_selected():
            self._window.status_line.setText(SELECT_TWO)

    def report(self) -> str:
        """The sample on show as a page with the views, and the plots as far as they have been looked at."""
        shown = self._window.current_sample
        assert shown.sample is not None
        picture = png(self._window.views.view.grab().toImage())
        return report_html(shown.request or Request(model=""), shown.sample, picture, self.plots.drawings())

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.plots.restyle()
        self.comparison.restyle()

    def close(self) -> None:
        """End all processes and free the graphics resources."""
        self.compute.close()
        self.verifier.close()
        self.comparison.close_scenes()

    def _show(self, request: Request, sample: Sample) -> None:
        self.plots.show_volume(sample.microstructure)
        known = self._verified is not None and self._verified[0] is sample
        self._show_verification(self._verified[1] if known and self._verified else None)

    def _show_verification(self, verification: Verification | None) -> None:
        self._window.results_panel.recipe.show_answer(verification)
        self._window.results_panel.verification.show_result(verification)

    def _take_verification(self, request: Request, sample: Sample, verification: Verification) -> None:
        if verification.volume is not None:
            volume = verification.volume.with_provenance(title="Simulated film")
            verification = replace(verification, volume=volume)
        self._remember_verification(sample, verification)
        alone = replace(request, seed=sample.seed, count=1)
        self._window.history.service.keep_verification(alone, verification)
        if self._window.sample is sample:
            self._show_verification(verification)
        else:
            self._window.status_line.setText(
                f"The recipe of seed {sample.seed} is verified; show that result to see it."
            )

    def _remember_verification(self, sample: Sample, verification: Verification) -> None:
        self._verified = sample, verification

    def _show_film(self, on: bool) -> None:
        if self._verified is not None and self._verified[1].volume is not None:
            sample, verification = self._verified
            volume = verification.volume if on else sample.microstructure
            assert volume is not None
            self._window.views.show_volume(volume)
            self.plots.show_volume(volume)

    def _compare_film(self) -> None:
        shown = self._window.current_sample
        if self._verified is None or self._verified[1].volume is None or shown.request is None:
            return
        sample, verification = self._verified
        targets = shown.request.targets
        film = Sample(verification.volume, sample.seed, verification.simulated)  # type: ignore[arg-type]
        self._compare(
            Compared("Generated film", targets, sample), Compared("Film simulated at its recipe", targets, film)
        )

    def _compare_kept(self, pair: list[tuple[Entry, Sample]]) -> None:
        left, right = (Compared(_title(entry), entry.request.targets, sample) for entry, sample in pair)
        self._compare(left, right)

    def _compare(self, left: Compared, right: Compared) -> None:
        views = self._window.views
        if views.view.scene is not None:
            self.comparison.show_pair(left, right, views.view.scene.palette, views.smooth.isChecked())
            self.tabs.turn_to("Compare")

    def _answer(self, task: object, value: Any) -> None:
        if isinstance(task, LinesTask):
            self.plots.take(task, value)
        elif isinstance(task, MeasureTask):
            self._take_values(task, value)

    def _take_values(self, task: MeasureTask, value: Any) -> None:
        opened = self._opened
        if opened is None or opened.sample.microstructure is not task.microstructure:
            return
        measured, reasons = value
        sample = replace(opened.sample, measured=measured, reasons=reasons)
        request = opened.request or Request(model="")
        if self._window.sample is opened.sample:
            self._window.show_kept(request, sample, opened.path)
        self._keep(request, sample, opened)

    def _keep(self, request: Request, sample: Sample, opened: Opened) -> None:
        """Put an opened volume into the history unless it is there already."""
        alone = replace(request, seed=sample.seed, count=1)
        history = self._window.history.panel
        kept = [history.entry(row) for row in range(history.list.count())]
        if not any(entry.request == alone and entry.sample["measured"] == sample.measured for entry in kept):
            self._window.history.service.add(request, sample, self._window.views.colours(), opened.path.name)

    def _fail(self, task: object, message: str, details: str) -> None:
        if isinstance(task, LinesTask):
            self.plots.take_failure(task, message)
        else:
            self._window.error_bar.tell(message, details)

    def _connect(self) -> None:
        window, panel = self._window, self._window.results_panel.verification
        self.compute.answered.connect(self._answer)
        self.compute.failed.connect(self._fail)
        self.compute.progressed.connect(self.plots.show_progress)
        self.plots.wanted.connect(self.compute.ask)
        self.plots.failed.connect(window.error_bar.tell)
        window.current_sample.changed.connect(self._show)
        window.views.touched.connect(self.plots.restyle)
        window.history.service.pair_loaded.connect(self._compare_kept)
        window.history.service.verification_loaded.connect(self._remember_verification)
        panel.wanted.connect(self.verify)
        panel.cancelled.connect(self.verifier.cancel)
        panel.film_shown.connect(self._show_film)
        panel.compared.connect(self._compare_film)
        self.verifier.started.connect(lambda: panel.show_running(True))
        self.verifier.ended.connect(lambda: panel.show_running(False))
        self.verifier.progressed.connect(panel.show_progress)
        self.verifier.verified.connect(self._take_verification)
        self.verifier.failed.connect(window.error_bar.tell)


def _title(entry: Entry) -> str:
    origin = f"{entry.request.model}, seed {entry.request.seed}" if entry.request.model else "Opened from a file"
    return f"{origin}{f', {entry.note}' if entry.note else ''}"
