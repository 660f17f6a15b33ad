"""Models, services and features of the window, and who hears whom: no feature knows another."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.history_model import HistoryModel
from microdesigner.app.kept_part import KeptFilm
from microdesigner.app.request_model import Design, RequestModel
from microdesigner.app.store.session import SUFFIX
from microdesigner.app.store.settings import Settings
from microdesigner.app.targets import Options
from microdesigner.app.view_state import DEFAULT_VIEW, ViewModel, ViewState
from microdesigner.app.volume_open import Opened, SlicePlace
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import user_data
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.current_sample import CurrentSampleController
from microdesigner.gui.design.controller import DesignController
from microdesigner.gui.engine_client import EngineClient
from microdesigner.gui.history.controller import HistoryController
from microdesigner.gui.importing.import_form import ImportForm
from microdesigner.gui.importing.open_button import OpenButton
from microdesigner.gui.importing.volume_loader import VolumeLoader
from microdesigner.gui.keeping.controller import KeepingController
from microdesigner.gui.models.controller import ModelController
from microdesigner.gui.queue.controller import QueueController
from microdesigner.gui.queue.morph import MorphController
from microdesigner.gui.queue.sweep import SweepController
from microdesigner.gui.results.analysis import VolumeAnalysis
from microdesigner.gui.results.controller import ResultsController
from microdesigner.gui.results.export_button import ExportButton
from microdesigner.gui.results.mesh_export import MeshExport
from microdesigner.gui.results.mixed_question import ask_mixed
from microdesigner.gui.results.share_export import ShareExport
from microdesigner.gui.session import SessionController
from microdesigner.gui.store_thread import StoreThread
from microdesigner.gui.targets.live_draft import LiveDraft
from microdesigner.gui.targets.panel import TargetsPanel
from microdesigner.gui.training.controller import TrainingController
from microdesigner.gui.undo import record
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.viewer.picture_export import PictureExport
from microdesigner.gui.viewer.render_jobs import RenderJobs
from microdesigner.gui.viewer.separate_window import SeparateWindow
from microdesigner.gui.volume_files import PICTURE, REPORT, VolumeFiles
from microdesigner.gui.widgets.thumbnails import Colours, png
from microdesigner.io.slices import is_picture
from microdesigner.view3d.palettes import colour_table

NO_VALUES = "The film measures nothing that {model} can be asked for; choose another model."
SIMULATED = "the simulated film"
ONE_LAYER = "; Ctrl+K keeps its layer and builds a film around it."
EXAMPLE = "An example; press Generate for a result of your own."


class Workspace(QObject):
    """Makes everything but the window itself, which shows its widgets, and connects it."""

    message = Signal(str)  # what was done
    failed = Signal(str, str, str)  # sentence, details, subject of the work
    succeeded = Signal(str)  # subject: what its last failure said does not hold any more
    generating = Signal()  # the user asked for volumes

    def __init__(self, catalogue: Catalogue, settings: Settings, engine: str, window: QWidget) -> None:
        super().__init__(window)
        folder = user_data() / "history"
        self.settings, self.catalogue = settings, catalogue
        self.undo = QUndoStack(self)
        self.request_model = RequestModel(catalogue, Options(quality=settings.quality))
        self.view_model = ViewModel(
            replace(DEFAULT_VIEW, palette=settings.palette, smooth=settings.smooth, orthographic=settings.orthographic)
        )
        self.history_model = HistoryModel()
        for model in (self.request_model, self.view_model, self.history_model):
            record(model, self.undo)
        self.store = StoreThread(self)
        self.generation = EngineClient(engine, catalogue, self)
        self.generation.use(settings.device, settings.threads, "")
        self.files = VolumeFiles(self)
        self.current_sample = CurrentSampleController(self.generation, catalogue, self)
        self.keeping = KeepingController(self.request_model, self._film_on_show, self)
        self.targets = TargetsPanel(catalogue, self.request_model, self.keeping.panel)
        self.views = ViewsPanel(self.view_model)
        self.views.mark(self.keeping.mask_of)
        self.live_draft = LiveDraft(self.request_model, self.generation, lambda: self.views.builder.busy, self)
        self.render_jobs = RenderJobs(self.views, self)
        self.picture_export = PictureExport(self.views, self.render_jobs, window)
        self.separate_window = SeparateWindow(self.views, self)
        self.results = ResultsController(self.view_model, self)
        self.analysis = VolumeAnalysis(self.generation, self.request_model, self.current_sample, self)
        self.history = HistoryController(folder, self.history_model, self.store, self._colours, settings, self)
        self.queue = QueueController(folder, self.generation, self.store, self._colours, self)
        self.sweeps = SweepController(self.request_model, self.queue, settings, window)
        self.morphs = MorphController(catalogue, self.queue, window)
        self.volume_loader = VolumeLoader(settings, lambda: self.request_model.size, window)
        self.open_button = OpenButton(settings)
        self.export_button = ExportButton(settings.export_folder)
        self.mesh_export = MeshExport(self._volume_on_show, window)
        self.share_export = ShareExport(self._volume_on_show, settings, window)
        self.training = TrainingController(catalogue, ImportForm, window)
        self.design = DesignController(lambda: catalogue.card(self.request_model.state.model), window)
        self.models = ModelController(catalogue, lambda: self.request_model.state.model, window)
        self.session = SessionController(
            self.request_model, self.view_model, self.current_sample, self.undo, self.store, settings, window
        )
        self._connect()
        self._connect_results()
        self._connect_messages()

    @property
    def sample(self) -> Sample | None:
        """The sample on show."""
        return self.current_sample.sample

    def start(self) -> None:
        """Choose the model of the last time."""
        self.request_model.start(self.settings.model or Request.model)

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

    def export(self, path: Path, scale: int = 1) -> None:
        """Write what the suffix of `path` tells: the volume shown, the views `scale` times as large, or a report."""
        if self.sample is None:
            return
        if path.suffix.lower() == f".{PICTURE}":
            self.render_jobs.render_picture(path, scale)
        elif path.suffix.lower().lstrip(".") in REPORT:
            picture = png(self.views.on_show())
            self.results.report(picture, lambda page: self.files.save_report(page, path))
        else:
            film, smooth = self.sample.microstructure, self.view_model.state.smooth
            window = self.export_button.window()
            ask_mixed(window, film, path, lambda donor_share: self.files.export(film, path, smooth, donor_share))

    def open_path(self, path: Path) -> None:
        """Open a volume, a session or a request."""
        if path.suffix == SUFFIX:
            self.session.open(path)
        elif path.suffix.lower() == ".json":
            self._open_request(path)
        else:
            if path == self.session.restoring:  # it could not be read then; now the user wants its targets too
                self.session.restoring = None
            self.volume_loader.open(path)

    def show_opened(self, opened: Opened) -> None:
        """Show a volume from a file, with the targets it was generated for."""
        if opened.path == self.session.restoring:
            self.session.restoring = None
        elif opened.request is not None:
            self.request_model.recall(opened.request)
        self.show_sample(opened.request or Request(model=""), opened.sample, opened.path)
        offer = ONE_LAYER if 1 in opened.sample.microstructure.shape else ""
        self.message.emit(f"Opened: {opened.path}{offer}")

    def keep_slice(self, opened: Opened, place: SlicePlace) -> None:
        """Show a picture, or a volume of one layer, from a file and keep it in the film that is built around it."""
        restoring = opened.path == self.session.restoring  # whose request keeps it already
        self.session.restoring = None if restoring else self.session.restoring
        self.show_sample(Request(model=""), opened.sample, opened.path)
        if not restoring:
            self.keeping.keep_shown(axis=place.axis, layer=place.layer)

    def show_example(self, opened: Opened) -> None:
        """Show the shipped result, unless the user was quicker."""
        if self.sample is None and not self.generation.running and not self.undo.canUndo():
            self.show_opened(opened)
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
        names = self.request_model.use_values(sample.measured, sample.microstructure.shape[2])
        titles = ", ".join(spec_of(name).title.lower() for name in names)
        model = self.request_model.state.model
        self.message.emit(f"Targets from the film: {titles}." if names else NO_VALUES.format(model=model))

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for part in (self.targets, self.views, self.results, self.volume_loader, self.design):
            part.restyle()

    def close(self) -> None:
        """Stop everything in the order that leaves no thread, process or graphics resource behind."""
        self.training.close()
        self.design.close()
        self.models.close()
        self.volume_loader.close()
        self.live_draft.stop()
        for part in (
            self.generation,
            self.render_jobs,
            self.mesh_export,
            self.share_export,
            self.files,
            self.session,
            self.results,
            self.history,
            self.store,
            self.queue,
        ):
            part.close()
        self.separate_window.close()
        self.views.close_scene()

    def _colours(self) -> Colours:
        return colour_table(self.view_model.state.palette)

    def _open_request(self, path: Path) -> None:
        """Set the targets of a request."""
        try:
            request = Request.read(path)
        except InputError as error:
            self.failed.emit(str(error), "", "files")
            return
        if self.catalogue.card(request.model) is None:
            self.failed.emit(
                f"{path} asks for the model {request.model}, which is not installed; install it first.", "", "files"
            )
            return
        self.request_model.recall(request)
        self.message.emit(f"Opened: {path}")

    def _store_opened(self, request: Request, sample: Sample, note: str) -> None:
        """Put an opened volume into the history unless it is there already."""
        alone = replace(request, seed=sample.seed, count=1)
        entries = self.history_model.entries
        if not any(entry.made_by(alone) and entry.measured == sample.measured for entry in entries):
            self.history.service.add(request, sample, self._colours(), note)

    def _offer_export(self, request: Request, sample: Sample) -> None:
        stem = f"{request.model or 'volume'}-seed{sample.seed}"
        self.export_button.offer(stem, sample.microstructure.phase_names)
        for asker in (self.picture_export, self.mesh_export, self.share_export):
            asker.stem, asker.folder = stem, self.export_button.folder

    def _volume_on_show(self) -> Microstructure | None:
        """The film on show; None where none is."""
        return self.current_sample.on_show if self.sample else None

    def _film_on_show(self) -> KeptFilm | None:
        """The film on show under a name; None where none is, or a preview."""
        shown = self.current_sample
        if shown.on_show is None or shown.sample is None or shown.request is None:
            return None
        if shown.on_show is not shown.sample.microstructure:
            return KeptFilm.of(shown.on_show, SIMULATED)
        name = shown.source.name if shown.source else f"{shown.request.model}, seed {shown.sample.seed}"
        return KeptFilm.of(shown.on_show, name, upright=shown.source is not None and is_picture(shown.source))

    def _use_model(self, name: str) -> None:
        self.request_model.choose_model(name)
        self.message.emit(f"The model {name} is chosen.")

    def _offer_models(self) -> None:
        self.catalogue.reload()
        if self.request_model.targets is None:
            self.start()
        self.targets.refresh()

    def _follow_models(self, name: str) -> None:
        """A model has another name, or is gone."""
        self.catalogue.reload()
        if self.catalogue.card(name) is not None:
            self.request_model.choose_model(name)
        elif self.catalogue.models:
            self.request_model.choose_model(self.catalogue.models[0].card.name)
        self.undo.clear()  # of steps that lead to a model that is not there
        self.targets.refresh()

    def _remember_model(self, design: Design) -> None:
        self.settings.model = design.model or self.settings.model
        self.settings.quality = design.options.quality

    def _remember_look(self, state: ViewState) -> None:
        settings = self.settings
        settings.palette, settings.smooth, settings.orthographic = state.palette, state.smooth, state.orthographic

    def _connect(self) -> None:
        generation, bar, model = self.generation, self.targets.run_bar, self.request_model
        bar.generate.clicked.connect(lambda: self.generate())
        bar.cancel.clicked.connect(lambda: self.cancel())
        generation.started.connect(lambda _: bar.show_running())
        generation.progressed.connect(bar.show_progress)
        generation.ended.connect(lambda: bar.show_idle(self.can_generate()))
        self.queue.waiting_changed.connect(bar.show_waiting)
        self.keeping.changed.connect(self.views.restyle)
        self.live_draft.began.connect(self.current_sample.follow)
        model.model_chosen.connect(generation.warm)
        self.open_button.chosen.connect(self.open_path)
        self.open_button.chosen_with_options.connect(self.volume_loader.open_with_options)
        self.export_button.chosen.connect(self.export)
        self.export_button.folder_chosen.connect(partial(setattr, self.settings, "export_folder"))
        self.export_button.movie_chosen.connect(self.render_jobs.render_movie)
        self.export_button.picture_wanted.connect(lambda: self.picture_export.ask())
        self.export_button.mesh_wanted.connect(self.mesh_export.ask)
        self.export_button.share_wanted.connect(self.share_export.ask)
        self.design.share_requested.connect(self.share_export.ask_for)
        for asker in (self.picture_export, self.mesh_export, self.share_export):
            asker.folder_chosen.connect(partial(setattr, self.settings, "export_folder"))
        self.design.film_requested.connect(self.open_path)
        self.training.installed.connect(self._offer_models)
        self.training.chosen.connect(self._use_model)
        self.targets.about_requested.connect(self.models.show)
        self.models.changed.connect(self._follow_models)
        self.session.volume_requested.connect(self.volume_loader.reopen)
        self.session.sample_requested.connect(self.history.service.reload)
        self.views.shown.connect(self.session.apply_view)
        self.view_model.changed.connect(self._remember_look)
        self.request_model.changed.connect(self._remember_model)

    def _connect_results(self) -> None:
        shown, results, history = self.current_sample, self.results, self.history
        shown.volume_requested.connect(self.views.show_volume)
        shown.preview_requested.connect(self.views.show_preview)
        shown.coarse_requested.connect(self.views.show_look)
        shown.changed.connect(results.show_sample)
        shown.counted.connect(results.panel.show_count)
        shown.outdated.connect(results.panel.show_outdated)
        shown.changed.connect(self._offer_export)
        results.panel.place_chosen.connect(shown.choose)
        results.volume_requested.connect(shown.show_volume)
        results.measured.connect(shown.take_values)
        results.panel.measured.targets_requested.connect(self.use_values)
        results.stored.connect(self._store_opened)
        results.verified.connect(history.service.keep_verification)
        self.queue.sampled.connect(
            lambda request, sample, note, lost: history.service.add(request, sample, self._colours(), note, lost)
        )
        self.sweeps.film_requested.connect(history.service.reload)
        history.loaded.connect(self.show_sample)
        history.to_keep.connect(self.keep_sample)
        history.to_morph.connect(self.morphs.ask)
        history.movie_wanted.connect(self.render_jobs.render_films)
        history.recalled.connect(self.request_model.recall)
        history.service.reloaded.connect(self.show_sample)
        history.service.several_loaded.connect(results.compare_entries)
        history.service.verification_loaded.connect(results.take_verification)
        self.volume_loader.coarse.connect(self.current_sample.show_look)
        self.volume_loader.abandoned.connect(self.current_sample.drop_look)
        self.volume_loader.opened.connect(self.show_opened)
        self.volume_loader.opened.connect(results.measure)
        self.volume_loader.slice_opened.connect(self.keep_slice)
        self.volume_loader.example.connect(self.show_example)

    def _connect_messages(self) -> None:
        sources: dict[str, Any] = {
            "generation": self.generation, "pictures": self.render_jobs, "results": self.results,
            "training": self.training, "views": self.views.builder, "files": self.files, "store": self.store,
            "session": self.session, "history": self.history, "models": self.models, "sweeps": self.sweeps,
            "morphs": self.morphs, "meshes": self.mesh_export, "crates": self.share_export,
        }  # fmt: skip
        for subject, source in sources.items():
            source.failed.connect(
                lambda sentence, details="", subject=subject: self.failed.emit(sentence, details, subject)
            )
        successes = {
            "generation": self.generation.finished, "pictures": self.render_jobs.written, "files": self.files.written,
            "results": self.results.verified, "training": self.training.installed, "views": self.views.shown,
            "session": self.session.saved, "meshes": self.mesh_export.written,
            "crates": self.share_export.written,
        }  # fmt: skip
        for subject, success in successes.items():
            success.connect(lambda *_, subject=subject: self.succeeded.emit(subject))
        for opened in (self.volume_loader.opened, self.volume_loader.slice_opened):
            opened.connect(lambda *_: self.succeeded.emit("files"))
        self.volume_loader.failed.connect(lambda sentence: self.failed.emit(sentence, "", "files"))
        for teller in (self.results, self.session, self.analysis, self.history, self.volume_loader, self.models,
                       self.keeping, self.morphs, self.mesh_export, self.share_export):  # fmt: skip
            teller.message.connect(self.message)
        self.render_jobs.copied.connect(lambda: self.message.emit("The picture is in the clipboard."))
        for writer in (self.render_jobs, self.files, self.mesh_export, self.share_export):
            writer.written.connect(lambda path: self.message.emit(f"Written: {path}"))
        self.views.view.ruler_tool.message_changed.connect(self.message)
