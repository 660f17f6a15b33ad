"""Models, services and features of the window; no feature knows another, see `connections` for who hears whom."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.history_model import HistoryModel
from microdesigner.app.kept_film import KeptFilm
from microdesigner.app.request_model import RequestModel
from microdesigner.app.store.settings import Settings
from microdesigner.app.targets import Options
from microdesigner.app.view_state import DEFAULT_VIEW, ViewModel, ViewState
from microdesigner.app.volume_open import Opened
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import user_data
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.chosen_model import ChosenModel
from microdesigner.gui.current_sample import CurrentSampleController
from microdesigner.gui.design.controller import DesignController
from microdesigner.gui.engine_client import EngineClient
from microdesigner.gui.exporting import Exporting
from microdesigner.gui.history.controller import HistoryController
from microdesigner.gui.importing.import_form import ImportForm
from microdesigner.gui.importing.open_button import OpenButton
from microdesigner.gui.importing.volume_loader import VolumeLoader
from microdesigner.gui.keeping.controller import KeepingController
from microdesigner.gui.models.controller import ModelController
from microdesigner.gui.opening import FileOpening
from microdesigner.gui.picture_targets import PictureTargets
from microdesigner.gui.queue.controller import QueueController
from microdesigner.gui.queue.morph import MorphController
from microdesigner.gui.queue.sweep import SweepController
from microdesigner.gui.request_copy import RequestCopy
from microdesigner.gui.results.analysis import VolumeAnalysis
from microdesigner.gui.results.controller import ResultsController
from microdesigner.gui.results.reconstruction import Reconstruction
from microdesigner.gui.session import SessionController
from microdesigner.gui.store_thread import StoreThread
from microdesigner.gui.targets.live_draft import LiveDraft
from microdesigner.gui.targets.panel import TargetsPanel
from microdesigner.gui.training.controller import TrainingController
from microdesigner.gui.undo import record
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.viewer.separate_window import SeparateWindow
from microdesigner.gui.widgets.thumbnails import Colours
from microdesigner.io.slices import is_picture
from microdesigner.view3d.palettes import colour_table

NO_VALUES = "The film measures nothing that {model} can be asked for; choose another model."
SIMULATED = "the simulated film"
EXAMPLE = "An example; press Generate for a result of your own."


class Workspace(QObject):
    """Makes everything but the window itself, which shows its widgets."""

    message = Signal(str)  # what was done
    failed = Signal(str, str, str)  # sentence, details, subject of the work
    succeeded = Signal(str)  # subject: what its last failure said does not hold any more
    generating = Signal()  # the user asked for volumes

    def __init__(self, catalogue: Catalogue, settings: Settings, engine: str, window: QWidget) -> None:
        super().__init__(window)
        self.settings, self.catalogue = settings, catalogue
        self._make_models()
        self._make_generation(engine)
        self._make_features(window)
        self.view_model.changed.connect(self._remember_look)

    def _make_models(self) -> None:
        settings = self.settings
        self.undo = QUndoStack(self)
        self.request_model = RequestModel(self.catalogue, Options(quality=settings.quality))
        self.view_model = ViewModel(
            replace(DEFAULT_VIEW, palette=settings.palette, smooth=settings.smooth, orthographic=settings.orthographic)
        )
        self.history_model = HistoryModel()
        for model in (self.request_model, self.view_model, self.history_model):
            record(model, self.undo)

    def _make_generation(self, engine: str) -> None:
        self.store = StoreThread(self)
        self.generation = EngineClient(engine, self.catalogue, self)
        self.generation.use(self.settings.device, self.settings.threads, "")
        self.current_sample = CurrentSampleController(self.generation, self.catalogue, self)

    def _make_features(self, window: QWidget) -> None:
        catalogue, settings, model, shown = self.catalogue, self.settings, self.request_model, self.current_sample
        folder = user_data() / "history"
        self.request_copy = RequestCopy(model, self)
        self.keeping = KeepingController(model, self._film_on_show, self)
        self.targets = TargetsPanel(catalogue, model, self.keeping.panel)
        self.chosen_model = ChosenModel(catalogue, model, self.targets, self.undo, settings, self)
        self.views = ViewsPanel(self.view_model)
        self.views.mark(self.keeping.mask_of)
        self.live_draft = LiveDraft(model, self.generation, lambda: self.views.builder.busy, self)
        self.separate_window = SeparateWindow(self.views, self)
        self.results = ResultsController(self.view_model, self)
        self.analysis = VolumeAnalysis(self.generation, model, shown, self)
        self.history = HistoryController(
            folder, self.history_model, self.store, self._colours, settings, self
        )  # fmt: skip
        self.queue = QueueController(folder, self.generation, self.store, self._colours, self)
        self.sweeps = SweepController(model, self.queue, settings, window)
        self.morphs = MorphController(catalogue, self.queue, window)
        self.volume_loader = VolumeLoader(settings, lambda: model.size, window)
        self.open_button = OpenButton(settings)
        self.exporting = Exporting(shown, self.views, self.view_model, self.results.report, settings, window)
        self.training = TrainingController(catalogue, ImportForm, window)
        self.design = DesignController(lambda: catalogue.card(model.state.model), window)
        self.reconstruction = Reconstruction(self._picture_on_show, window)
        self.picture_targets = PictureTargets(model, self._picture_on_show, self)
        self.models = ModelController(catalogue, lambda: model.state.model, window)
        self.session = SessionController(model, self.view_model, shown, self.undo, self.store, settings, window)
        self.opening = FileOpening(
            catalogue, model, self.session, self.volume_loader, self.keeping, self.show_sample, self
        )

    @property
    def sample(self) -> Sample | None:
        """The sample on show."""
        return self.current_sample.sample

    def prepare(self) -> None:
        """Load what the window did not need to appear: VTK and plots, then what is stored."""
        self.views.prepare()
        self.results.panel.recipe.prepare()
        self.history.service.list()
        self.training.status.start()
        self.queue.load()

    def can_generate(self) -> bool:
        """Whether there are a model, a view and an engine."""
        targets, scene = self.request_model.targets, self.views.view.scene
        return targets is not None and scene is not None and self.generation.started_up

    def generate(self) -> None:
        """Generate for the targets as they stand, after what runs and waits already."""
        if not self.can_generate():
            return
        if not self.request_model.state.options.seed_locked:
            self.request_model.new_seed()
        request = self.request_model.request()
        if request is None:
            self.failed.emit(self.request_model.impossible(), "", "generation")
            return
        self.generating.emit()
        self.current_sample.follow()
        self.queue.enqueue([request])

    def cancel(self) -> None:
        """Stop what runs, and a draft with what would follow it."""
        self.live_draft.stop()
        self.queue.cancel()
        self.current_sample.drop_draft()

    def show_example(self, opened: Opened) -> None:
        """Show the shipped result, unless the user was quicker."""
        if self.sample is None and not self.generation.running and not self.undo.canUndo():
            self.opening.show_volume(opened)
            self.undo.clear()
            self.message.emit(EXAMPLE)

    def show_sample(self, request: Request, sample: Sample, source: Path | None = None) -> None:
        """Show one sample that exists already as the result of `request`, or comes from the file `source`."""
        self.live_draft.stop()
        self.current_sample.keep_to(request, sample, source)

    def keep_sample(self, request: Request, sample: Sample) -> None:
        """Show one sample and keep a part of it."""
        self.show_sample(request, sample)
        self.keeping.keep_shown()

    def use_values(self) -> None:
        """Ask for what the sample on show measures."""
        sample = self.sample
        if sample is None or self.request_model.targets is None:
            return
        film = sample.microstructure
        names = self.request_model.use_values(sample.measured, film.shape[2], film.phase_names)
        titles = ", ".join(spec_of(name).words for name in names)
        model = self.request_model.state.model
        self.message.emit(f"Targets from the film: {titles}." if names else NO_VALUES.format(model=model))

    def store_generated(
        self, request: Request, sample: Sample, note: str = "", lost: Callable[[str], None] | None = None
    ) -> None:
        """Put a film that was made into the history; `lost` hears why that cannot be."""
        self.history.service.add(request, sample, self._colours(), note, lost)

    def store_opened(self, request: Request, sample: Sample, note: str) -> None:
        """Put an opened volume into the history unless it is there already."""
        alone = replace(request, seed=sample.seed, count=1)
        entries = self.history_model.entries
        if not any(entry.made_by(alone) and entry.measured == sample.measured for entry in entries):
            self.history.service.add(request, sample, self._colours(), note)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for part in (self.targets, self.views, self.results, self.volume_loader, self.design):
            part.restyle()

    def close(self) -> None:
        """Stop everything in the order that leaves no thread, process or graphics resource behind."""
        self.training.close()
        self.design.close()
        self.reconstruction.close()
        self.picture_targets.close()
        self.models.close()
        self.volume_loader.close()
        self.live_draft.stop()
        for part in (
            self.generation, self.exporting, self.session, self.results, self.history, self.store, self.queue
        ):  # fmt: skip
            part.close()
        self.separate_window.close()
        self.views.close_scene()

    def _colours(self) -> Colours:
        return colour_table(self.view_model.state.palette)

    def _film_on_show(self) -> KeptFilm | None:
        """The film on show under a name; None where none is, or a preview."""
        shown = self.current_sample
        if shown.on_show is None or shown.sample is None or shown.request is None:
            return None
        if shown.on_show is not shown.sample.microstructure:
            return KeptFilm.of(shown.on_show, SIMULATED)
        name = shown.source.name if shown.source else f"{shown.request.model}, seed {shown.sample.seed}"
        return KeptFilm.of(shown.on_show, name, upright=shown.source is not None and is_picture(shown.source))

    def _picture_on_show(self) -> tuple[Microstructure, Path] | None:
        """The film on show and its file, or where one would be, if it has one layer."""
        shown = self.current_sample
        if shown.on_show is None or shown.sample is None or 1 not in shown.on_show.shape:
            return None
        return shown.on_show, shown.source or Path(self.settings.export_folder or Path.home()) / "picture"

    def _remember_look(self, state: ViewState) -> None:
        settings = self.settings
        settings.palette, settings.smooth, settings.orthographic = state.palette, state.smooth, state.orthographic
