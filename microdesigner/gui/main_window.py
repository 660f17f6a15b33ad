"""The one window: its layout, its menus, and what it tells of the work that goes on in the workspace."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractSpinBox, QLabel, QMainWindow, QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.store.settings import Settings
from microdesigner.core.paths import user_data
from microdesigner.core.result import Result, Sample
from microdesigner.gui.central_area import PAGES, BottomPanels, CentralTabs
from microdesigner.gui.closing import may_close
from microdesigner.gui.command import Command
from microdesigner.gui.connections import connect
from microdesigner.gui.help.controller import HelpController
from microdesigner.gui.layout import WindowLayout, stacked
from microdesigner.gui.log_panel import LogPanel
from microdesigner.gui.menus import make_menus
from microdesigner.gui.preferences import PreferencesDialog
from microdesigner.gui.session import TITLE
from microdesigner.gui.tour_steps import tour_steps
from microdesigner.gui.viewer.commands import view_commands
from microdesigner.gui.widgets.messages import ErrorBar, StatusLine
from microdesigner.gui.workspace import Workspace

READY = "Set targets, then press Generate (Ctrl+Enter)."
NO_MODEL = (
    "No model is installed, so nothing can be generated yet.\n\n"
    "Copy a model bundle, a folder that holds model.json, into {folder} and start again."
)
LEFT_OVER = "{count} waiting in the queue since the last time; Continue gives them their turn."
SELECT_SOME = "Select two to six results in the history with Ctrl+click to compare them."
SEVERAL_DROPPED = "{count} files were dropped, and one is opened at a time; drop the one that you want to see."
NOT_LOCAL = "{address} is not on this computer; save it to a file and drop that."
DEVICES = {"cpu": "CPU", "cuda": "GPU"}


class MainWindow(QMainWindow):
    """Shows a workspace; `timings` holds the seconds from process start to what is shown."""

    def __init__(self, catalogue: Catalogue, settings: Settings, engine: str) -> None:
        super().__init__()
        self.settings, self.catalogue = settings, catalogue
        self.timings: dict[str, float] = {}
        self.workspace = workspace = Workspace(catalogue, settings, engine, self)
        connect(workspace)
        self.undo, self.generation = workspace.undo, workspace.generation
        self.request_model, self.view_model = workspace.request_model, workspace.view_model
        self.targets, self.views, self.results = workspace.targets, workspace.views, workspace.results
        self.history, self.queue, self.session = workspace.history, workspace.queue, workspace.session
        self.training, self.exporting, self.current_sample = (
            workspace.training, workspace.exporting, workspace.current_sample
        )  # fmt: skip
        self.results_panel = self.results.panel
        self.error_bar = ErrorBar()
        self.status_line = StatusLine()
        self.log = LogPanel()
        self.device = QLabel("Engine is starting…" if catalogue.models else "No model")
        self.tabs = CentralTabs(
            self.views, self.results.plots, self.results.values, self.results.comparison, self.history.gallery
        )  # fmt: skip
        self.bottom_panels = BottomPanels()
        self.window_layout = WindowLayout(
            self, settings, self.targets, self.tabs, self.bottom_panels, self.results_panel, self.history.panel.section
        )
        self.help = HelpController(
            self, settings, lambda: self.commands, self.device.text, lambda: tour_steps(self), self.window_layout.reveal
        )
        self.commands = self._all_commands()
        self._lay_out()
        self._connect()
        make_menus(self, self.commands, self.undo, {"Open session…": workspace.open_button.recent})
        workspace.chosen_model.start()
        self._greet()
        self.window_layout.restore()

    @property
    def sample(self) -> Sample | None:
        """The sample on show."""
        return self.current_sample.sample

    def prepare(self) -> None:
        """Load what the window did not need to appear."""
        self.workspace.prepare()
        self._show_idle()

    def start_engine(self) -> None:
        """Start the engine's process with the chosen model."""
        self.generation.start(self.request_model.state.model or None)
        self._show_idle()

    def generate(self) -> None:
        """Generate for the targets as they stand, what is being typed included."""
        if isinstance(field := self.focusWidget(), QAbstractSpinBox):
            field.interpretText()
        self.workspace.generate()

    def export(self, path: Path, scale: int = 1) -> None:
        """Write the sample on show to a file."""
        self.exporting.export(path, scale)

    def open_path(self, path: Path) -> None:
        """Open a volume, a session or a request."""
        self.workspace.opening.open(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take whatever has an address; what cannot be opened is answered when it is dropped."""
        if event.mimeData().urls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the dropped file or folder."""
        urls = event.mimeData().urls()
        if len(urls) > 1:
            self.error_bar.show_error(SEVERAL_DROPPED.format(count=len(urls)), subject="files")
        elif not urls[0].isLocalFile():
            self.error_bar.show_error(NOT_LOCAL.format(address=urls[0].toDisplayString()), subject="files")
        else:
            self.open_path(Path(urls[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask where trainings go on or work would be lost, then stop everything else."""
        parts = (self.history, self.results, self.workspace.reconstruction)
        unfinished = [*(part.unfinished() for part in parts), *self.exporting.unfinished()]
        if not self.training.may_close() or not may_close(self, [words for words in unfinished if words]):
            event.ignore()
            return
        self.hide()
        self.window_layout.remember()
        self.workspace.close()
        self.log.close_log()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow a change between light and dark."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "workspace"):
            self.workspace.restyle()
        super().changeEvent(event)

    def _all_commands(self) -> list[Command]:
        workspace, log = self.workspace, self.log.section.button
        return [
            Command("Generate", "Generate", self.generate, ("Ctrl+Return", "Ctrl+Enter")),
            Command("Generate", "Cancel", workspace.cancel, ("Esc",), enabled=lambda: self.generation.running),
            Command("Generate", "Sweep over a range…", workspace.sweeps.ask, ("Ctrl+Shift+Return",)),
            *self.queue.commands(),
            *self.results.commands(),
            *self.targets.commands(),
            *workspace.keeping.commands(),
            *workspace.design.commands(),
            *workspace.picture_targets.commands(),
            *workspace.reconstruction.commands(),
            *self.training.commands(),
            *workspace.models.commands(),
            *workspace.open_button.commands(),
            *self.session.commands(),
            *self.exporting.commands(),
            Command("File", "Quit", self.close, ("Ctrl+Q",), section=2),
            Command("Edit", "Undo", self.undo.undo, ("Ctrl+Z",), enabled=self.undo.canUndo),
            Command("Edit", "Redo", self.undo.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), enabled=self.undo.canRedo),
            *workspace.request_copy.commands(),
            Command("Edit", "Preferences…", self._show_preferences, ("Ctrl+,",), section=2),
            *view_commands(self.views, workspace.separate_window, self.status_line.setText),
            *(
                Command("Window", f"Show the page {title}", partial(self.tabs.turn_to, title), (f"Ctrl+{place}",))
                for place, title in enumerate(PAGES, 1)
            ),
            *self.history.commands(),
            Command("Window", "Log", log.toggle, section=1, checked=log.isChecked),
            self._column_command("Targets", self.targets, "F7"),
            self._column_command("Results", self.results_panel, "F8"),
            Command("Window", "Reset the layout", self.window_layout.reset, section=3),
            *self.help.commands(),
        ]

    def _column_command(self, title: str, column: QWidget, key: str) -> Command:
        return Command(
            "Window", title, partial(self.window_layout.toggle, column), (key,), section=2, checked=column.isVisible
        )

    def _show_preferences(self) -> None:
        history, model = self.workspace.history_model, self.request_model.state.model
        dialog = PreferencesDialog(self.settings, lambda most: len(history.beyond(most)), self)
        dialog.device_chosen.connect(lambda device, threads: self.generation.use(device, threads, model))
        dialog.limit_chosen.connect(self.history.keep_to_limit)
        dialog.folder_chosen.connect(partial(setattr, self.exporting.button, "folder"))
        dialog.open()

    def _show_idle(self) -> None:
        self.targets.run_bar.show_idle(self.workspace.can_generate())

    def _greet(self) -> None:
        self.views.view.say(READY if self.catalogue.models else NO_MODEL.format(folder=user_data() / "models"))
        if self.catalogue.problems:
            self.error_bar.show_error(self.catalogue.problems[0], "\n".join(self.catalogue.problems))

    def _connect(self) -> None:
        workspace, say = self.workspace, self.status_line.setText
        workspace.failed.connect(self.error_bar.show_error)
        workspace.succeeded.connect(self.error_bar.settle)
        workspace.message.connect(say)
        workspace.generating.connect(self.error_bar.hide)
        self.help.failed.connect(self.error_bar.show_error)
        self.help.tour_ended.connect(self.targets.run_bar.generate.setFocus)
        self.generation.started.connect(lambda _: say(""))
        self.generation.finished.connect(lambda result: say(_done(result)))
        self.generation.ready.connect(
            lambda model, device: self.device.setText(f"{model} ready on the {_device_title(device)}")
        )
        self.request_model.model_chosen.connect(self._show_loading)
        self.queue.left_over.connect(lambda count: say(LEFT_OVER.format(count=count)))
        self.history.views_requested.connect(lambda: self.tabs.turn_to("Views"))
        self.history.gallery_requested.connect(lambda: self.tabs.turn_to("History"))
        self.history.selection_requested.connect(lambda: say(SELECT_SOME))
        self.results.compared.connect(lambda: self.tabs.turn_to("Compare"))

    def _show_loading(self, model: str) -> None:
        self.device.setText(f"Loading {model}…")

    def _lay_out(self) -> None:
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.bottom_panels.fill([(panel, panel.section) for panel in (self.history.panel, self.queue.panel, self.log)])
        head = self.results_panel.head
        head.addWidget(self.workspace.open_button)
        head.addWidget(self.exporting.button)
        head.addStretch(1)
        self.setCentralWidget(stacked(self.error_bar, self.window_layout.columns))
        self.device.setToolTip("The model that is loaded and the device it runs on.")
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(10, 0, 10, 0)
        bar.addWidget(self.status_line, 1)
        bar.addPermanentWidget(self.views.readout.label)
        bar.addPermanentWidget(self.workspace.volume_loader.bar)
        for maker in (self.exporting.render_jobs, self.exporting.meshes, self.exporting.crates):
            bar.addPermanentWidget(maker.bar)
        bar.addPermanentWidget(self.training.status.button)
        bar.addPermanentWidget(self.device)


def _device_title(kind: str) -> str:
    """What users call a device of torch's `kind`."""
    return DEVICES.get(kind, kind)


def _done(result: Result) -> str:
    samples = f"{len(result.samples)} samples" if len(result.samples) > 1 else "1 sample"
    return f"{samples} in {sum(result.seconds.values()):.1f} s on the {_device_title(result.device)}."
