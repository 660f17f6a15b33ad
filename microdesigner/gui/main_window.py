"""The one window: targets, views, and what the sample shown measures."""

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QUndoStack
from PySide6.QtWidgets import QLabel, QMainWindow

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.engine_process import EngineProcess
from microdesigner.app.opening import Opened
from microdesigner.app.session_file import SUFFIX
from microdesigner.app.settings import Settings
from microdesigner.core.paths import user_data
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui import layout, tidings
from microdesigner.gui.analysis import Analysis
from microdesigner.gui.commands import commands
from microdesigner.gui.files import PICTURE, REPORT, VolumeFiles
from microdesigner.gui.generation import Generation
from microdesigner.gui.help import Help
from microdesigner.gui.history_link import HistoryLink
from microdesigner.gui.live_draft import LiveDraft
from microdesigner.gui.menus import make_menus
from microdesigner.gui.narrow import Narrow
from microdesigner.gui.opener import Opener
from microdesigner.gui.own_window import OwnWindow
from microdesigner.gui.panels.log import LogPanel
from microdesigner.gui.panels.outcome import OutcomePanel
from microdesigner.gui.panels.targets import TargetsPanel
from microdesigner.gui.panels.views import ViewsPanel
from microdesigner.gui.queue_link import QueueLink
from microdesigner.gui.session_link import SessionLink
from microdesigner.gui.shown import Shown
from microdesigner.gui.studio import Studio
from microdesigner.gui.sweeps import Sweeps
from microdesigner.gui.training_link import TrainingLink
from microdesigner.gui.view_undo import ViewRecorder
from microdesigner.gui.widgets.drawer import Drawer
from microdesigner.gui.widgets.export_button import ExportButton
from microdesigner.gui.widgets.news import News
from microdesigner.gui.widgets.notice import Notice
from microdesigner.gui.widgets.open_button import OpenButton

READY = "Set targets, then press Generate (Ctrl+Enter)."
NO_MODEL = (
    "No model is installed, so nothing can be generated yet.\n\n"
    "Copy a model bundle, a folder that holds model.json, into {folder} and start again."
)


class MainWindow(QMainWindow):
    """Wires the panels to the generation; `timings` holds the seconds from process start to what is shown."""

    def __init__(self, catalogue: Catalogue, settings: Settings, process: EngineProcess) -> None:
        super().__init__()
        self.settings = settings
        self.timings: dict[str, float] = {}
        self.undo = QUndoStack(self)
        self.catalogue = catalogue
        self.targets = TargetsPanel(catalogue, self.undo)
        self.views = ViewsPanel(settings)
        self.outcome = OutcomePanel()
        self.notice = Notice()
        self.news = News()
        self.log = LogPanel()
        self.process = process
        self.generation = Generation(process, catalogue, self)
        self.files = VolumeFiles(self)
        self.studio = Studio(self.views, self)
        self.opener = Opener(self.files, settings, self)
        self.open_button = OpenButton(settings)
        self.export_button = ExportButton(settings.export_folder)
        self.kept = HistoryLink(user_data() / "history", self.targets, self)
        self.history = self.kept.panel
        self.live = LiveDraft(self.targets, self.generation, self.views.builder, self)
        self.shown = Shown(self.views, self.outcome, self.generation, catalogue, self)
        self.own_window = OwnWindow(self.views, self)
        self.view_undo = ViewRecorder(self.views, self.undo, self)
        self.queue = QueueLink(user_data() / "history", self.generation, self.kept.keeper, self.views.colours, self)
        self.session = SessionLink(self)
        self.help = Help(self)
        self.training = TrainingLink(self)
        self.sweeps = Sweeps(self.targets, self.queue, settings, self)
        self.analysis = Analysis(self)
        self.setWindowTitle("microdesigner")
        self.setAcceptDrops(True)
        self.device = QLabel("Engine is starting…" if catalogue.models else "No model")
        self.drawer = Drawer()
        self.columns = layout.fill(self)
        self.narrow = Narrow(self)
        self._connect()
        tidings.connect(self)
        self.commands = commands(self)
        make_menus(self)
        self.targets.fill(settings.model or Request.model)
        self.targets.options.choose_quality(settings.quality)
        self._greet()
        layout.restore(self)

    @property
    def sample(self) -> Sample | None:
        """The sample on show."""
        return self.shown.sample

    def prepare(self) -> None:
        """Load what the window did not need to appear: VTK and plots, then the engine's process."""
        self.views.prepare()
        self.outcome.recipe.prepare()
        self._show_idle()
        self.kept.keeper.list()
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
            self.notice.hide()
            self.shown.follow()
            self.queue.enqueue([request])

    def cancel(self) -> None:
        """Stop what runs, and a draft with what would follow it."""
        self.live.stop()
        self.queue.cancel()
        self.shown.drop_draft()

    def export(self, path: Path, scale: int = 1) -> None:
        """Write what the suffix of `path` tells: the volume shown, the views `scale` times as large, or a report."""
        if self.sample is None:
            return
        if path.suffix.lower() == f".{PICTURE}":
            self.studio.shoot(path, scale)
        elif path.suffix.lower().lstrip(".") in REPORT:
            self.files.save_report(self.analysis.report(), path)
        else:
            self.files.export(self.sample.microstructure, path, self.views.smooth.isChecked())

    def open_path(self, path: Path) -> None:
        """Open a volume or a session."""
        if path.suffix == SUFFIX:
            self.session.open(path)
        else:
            self.opener.open(path)

    def show_opened(self, opened: Opened) -> None:
        """Show a volume from a file, with the targets it was generated for."""
        if opened.request is not None and not self.session.restoring:
            self.targets.restore(opened.request)
        self.show_kept(opened.request or Request(model=""), opened.sample, opened.path)
        self.news.setText(f"Opened: {opened.path}")

    def show_example(self, opened: Opened) -> None:
        """Show the shipped result, unless the user was quicker."""
        if self.sample is None and not self.generation.running and not self.undo.canUndo():
            self.show_opened(opened)
            self.news.setText("An example; press Generate for a result of your own.")

    def show_kept(self, request: Request, sample: Sample, source: Path | None = None) -> None:
        """Show one sample that exists already as the result of `request`, or comes from the file `source`."""
        self.live.stop()
        self.shown.keep_to(request, sample, source)

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
        self.live.stop()
        for part in (self.generation, self.studio, self.files, self.session, self.analysis, self.kept.keeper):
            part.close()
        self.own_window.close()
        self.views.close_scene()
        self.log.close_log()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow a change between light and dark."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "analysis"):
            for panel in (self.targets, self.views, self.outcome, self.analysis):
                panel.restyle()
        super().changeEvent(event)

    def _can_generate(self) -> bool:
        return self.targets.targets is not None and self.views.view.scene is not None and self.generation.started_up

    def _show_idle(self, words: str = "") -> None:
        self.targets.run_bar.show_idle(self._can_generate(), words)

    def _greet(self) -> None:
        self.views.view.say(READY if self.catalogue.models else NO_MODEL.format(folder=user_data() / "models"))
        if self.catalogue.problems:
            self.notice.tell(self.catalogue.problems[0], "\n".join(self.catalogue.problems))

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
            lambda model, device: self.device.setText(f"{model} ready on the {tidings.device_title(device)}")
        )
        self.targets.model_chosen.connect(lambda model: self.device.setText(f"Loading {model}…"))
        self.targets.model_chosen.connect(self.generation.warm)
        self.shown.changed.connect(self._offer_export)
        self.live.began.connect(self.shown.follow)
        self.queue.waiting_changed.connect(bar.show_waiting)
        self.open_button.chosen.connect(self.open_path)
        self.export_button.chosen.connect(self.export)
        self.export_button.movie_chosen.connect(self.studio.film)
        self.kept.loaded.connect(self._show_loaded)
        self.opener.opened.connect(self.show_opened)
        self.opener.opened.connect(self.analysis.measure)
        self.opener.example.connect(self.show_example)

    def _remember(self) -> None:
        self.settings.model = self.targets.model.currentData() or self.settings.model
        self.settings.quality = self.targets.options.options().quality
        self.settings.export_folder = self.export_button.folder
        layout.remember(self)
