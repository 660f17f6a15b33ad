"""The one window: targets, views, and what the sample shown measures."""

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QUndoStack
from PySide6.QtWidgets import QLabel, QMainWindow

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.store.session import SUFFIX
from microdesigner.app.store.settings import Settings
from microdesigner.app.volume_open import Opened
from microdesigner.core.paths import user_data
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui import layout, notifications
from microdesigner.gui.actions import commands
from microdesigner.gui.central_area import BottomPanels
from microdesigner.gui.compact_layout import CompactLayout
from microdesigner.gui.current_sample import CurrentSampleController
from microdesigner.gui.engine_client import EngineClient
from microdesigner.gui.help.controller import HelpController
from microdesigner.gui.history.controller import HistoryController
from microdesigner.gui.importing.open_button import OpenButton
from microdesigner.gui.importing.volume_loader import VolumeLoader
from microdesigner.gui.log_panel import LogPanel
from microdesigner.gui.menus import make_menus
from microdesigner.gui.queue.controller import QueueController
from microdesigner.gui.queue.sweep import SweepController
from microdesigner.gui.results.controller import ResultsController
from microdesigner.gui.results.export_button import ExportButton
from microdesigner.gui.results.panel import ResultsPanel
from microdesigner.gui.session import SessionController
from microdesigner.gui.targets.live_draft import LiveDraft
from microdesigner.gui.targets.panel import TargetsPanel
from microdesigner.gui.training.controller import TrainingController
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.viewer.render_jobs import RenderJobs
from microdesigner.gui.viewer.separate_window import SeparateWindow
from microdesigner.gui.viewer.view_undo import ViewUndo
from microdesigner.gui.volume_files import PICTURE, REPORT, VolumeFiles
from microdesigner.gui.widgets.messages import ErrorBar, StatusLine

READY = "Set targets, then press Generate (Ctrl+Enter)."
NO_MODEL = (
    "No model is installed, so nothing can be generated yet.\n\n"
    "Copy a model bundle, a folder that holds model.json, into {folder} and start again."
)


class MainWindow(QMainWindow):
    """Wires the panels to the generation; `timings` holds the seconds from process start to what is shown."""

    def __init__(self, catalogue: Catalogue, settings: Settings, engine: str) -> None:
        super().__init__()
        self.settings = settings
        self.timings: dict[str, float] = {}
        self.undo = QUndoStack(self)
        self.catalogue = catalogue
        self.targets = TargetsPanel(catalogue, self.undo)
        self.views = ViewsPanel(settings)
        self.results_panel = ResultsPanel()
        self.error_bar = ErrorBar()
        self.status_line = StatusLine()
        self.log = LogPanel()
        self.generation = EngineClient(engine, catalogue, self)
        self.files = VolumeFiles(self)
        self.render_jobs = RenderJobs(self.views, self)
        self.volume_loader = VolumeLoader(self.files, settings, self)
        self.open_button = OpenButton(settings)
        self.export_button = ExportButton(settings.export_folder)
        self.history = HistoryController(user_data() / "history", self.targets, self)
        self.live_draft = LiveDraft(self.targets, self.generation, self.views.builder, self)
        self.current_sample = CurrentSampleController(self.views, self.results_panel, self.generation, catalogue, self)
        self.separate_window = SeparateWindow(self.views, self)
        self.view_undo = ViewUndo(self.views, self.undo, self)
        self.queue = QueueController(
            user_data() / "history", self.generation, self.history.service, self.views.colours, self
        )
        self.session = SessionController(self)
        self.help = HelpController(self)
        self.training = TrainingController(self)
        self.sweeps = SweepController(self.targets, self.queue, settings, self)
        self.results = ResultsController(self)
        self.setWindowTitle("microdesigner")
        self.setAcceptDrops(True)
        self.device = QLabel("Engine is starting…" if catalogue.models else "No model")
        self.bottom_panels = BottomPanels()
        self.columns = layout.fill(self)
        self.compact_layout = CompactLayout(self)
        self._connect()
        notifications.connect(self)
        self.commands = commands(self)
        make_menus(self)
        self.targets.fill(settings.model or Request.model)
        self.targets.options.choose_quality(settings.quality)
        self._greet()
        layout.restore(self)

    @property
    def sample(self) -> Sample | None:
        """The sample on show."""
        return self.current_sample.sample

    def prepare(self) -> None:
        """Load what the window did not need to appear: VTK and plots, then the engine's process."""
        self.views.prepare()
        self.results_panel.recipe.prepare()
        self._show_idle()
        self.history.service.list()
        self.queue.load()

    def start_engine(self) -> None:
        """Start the engine's process with the chosen model."""
        self.generation.start(self.targets.model.currentData())
        self._show_idle()

    def generate(self) -> None:
        """Generate for the targets as they stand, after what runs and waits already."""
        if not self._can_generate():
            return
        self.targets.options.roll_unless_locked()
        request = self.targets.request()
        if request is not None:
            self.error_bar.hide()
            self.current_sample.follow()
            self.queue.enqueue([request])

    def cancel(self) -> None:
        """Stop what runs, and a draft with what would follow it."""
        self.live_draft.stop()
        self.queue.cancel()
        self.current_sample.drop_draft()

    def export(self, path: Path, scale: int = 1) -> None:
        """Write what the suffix of `path` tells: the volume shown, the views `scale` times as large, or a report."""
        if self.sample is None:
            return
        if path.suffix.lower() == f".{PICTURE}":
            self.render_jobs.shoot(path, scale)
        elif path.suffix.lower().lstrip(".") in REPORT:
            self.files.save_report(self.results.report(), path)
        else:
            self.files.export(self.sample.microstructure, path, self.views.smooth.isChecked())

    def open_path(self, path: Path) -> None:
        """Open a volume or a session."""
        if path.suffix == SUFFIX:
            self.session.open(path)
        else:
            self.volume_loader.open(path)

    def show_opened(self, opened: Opened) -> None:
        """Show a volume from a file, with the targets it was generated for."""
        if opened.request is not None and not self.session.restoring:
            self.targets.restore(opened.request)
        self.show_kept(opened.request or Request(model=""), opened.sample, opened.path)
        self.status_line.setText(f"Opened: {opened.path}")

    def show_example(self, opened: Opened) -> None:
        """Show the shipped result, unless the user was quicker."""
        if self.sample is None and not self.generation.running and not self.undo.canUndo():
            self.show_opened(opened)
            self.status_line.setText("An example; press Generate for a result of your own.")

    def show_kept(self, request: Request, sample: Sample, source: Path | None = None) -> None:
        """Show one sample that exists already as the result of `request`, or comes from the file `source`."""
        self.live_draft.stop()
        self.current_sample.keep_to(request, sample, source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take a single file."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the dropped file."""
        self.open_path(Path(event.mimeData().urls()[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop everything in the order that leaves no thread, process or graphics resource behind."""
        if not self.training.may_close():
            event.ignore()
            return
        self.hide()
        self.training.close()
        self._remember()
        self.live_draft.stop()
        for part in (self.generation, self.render_jobs, self.files, self.session, self.results, self.history.service):
            part.close()
        self.queue.close()
        self.separate_window.close()
        self.views.close_scene()
        self.log.close_log()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow a change between light and dark."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "results"):
            for panel in (self.targets, self.views, self.results_panel, self.results):
                panel.restyle()
        super().changeEvent(event)

    def _can_generate(self) -> bool:
        return self.targets.targets is not None and self.views.view.scene is not None and self.generation.started_up

    def _show_idle(self, words: str = "") -> None:
        self.targets.run_bar.show_idle(self._can_generate(), words)

    def _greet(self) -> None:
        self.views.view.say(READY if self.catalogue.models else NO_MODEL.format(folder=user_data() / "models"))
        if self.catalogue.problems:
            self.error_bar.tell(self.catalogue.problems[0], "\n".join(self.catalogue.problems))

    def _offer_export(self, request: Request, sample: Sample) -> None:
        self.export_button.offer(f"{request.model or 'volume'}-seed{sample.seed}")

    def _show_loaded(self, request: Request, sample: Sample) -> None:
        self.targets.restore(request)
        self.show_kept(request, sample)

    def _connect(self) -> None:
        generation, bar = self.generation, self.targets.run_bar
        bar.generate.clicked.connect(lambda: self.generate())
        bar.cancel.clicked.connect(lambda: self.cancel())
        generation.started.connect(lambda _: bar.show_running())
        generation.progressed.connect(bar.show_progress)
        generation.ended.connect(self._show_idle)
        generation.ready.connect(
            lambda model, device: self.device.setText(f"{model} ready on the {notifications.device_title(device)}")
        )
        self.targets.model_chosen.connect(lambda model: self.device.setText(f"Loading {model}…"))
        self.targets.model_chosen.connect(self.generation.warm)
        self.current_sample.changed.connect(self._offer_export)
        self.live_draft.began.connect(self.current_sample.follow)
        self.queue.waiting_changed.connect(bar.show_waiting)
        self.open_button.chosen.connect(self.open_path)
        self.export_button.chosen.connect(self.export)
        self.export_button.movie_chosen.connect(self.render_jobs.film)
        self.history.loaded.connect(self._show_loaded)
        self.volume_loader.opened.connect(self.show_opened)
        self.volume_loader.opened.connect(self.results.measure)
        self.volume_loader.example.connect(self.show_example)

    def _remember(self) -> None:
        self.settings.model = self.targets.model.currentData() or self.settings.model
        self.settings.quality = self.targets.options.options().quality
        self.settings.export_folder = self.export_button.folder
        layout.remember(self)
