"""Who hears whom: features of the window speak in signals, and here is who listens to them."""

from microdesigner.gui.relayed_messages import relay_messages
from microdesigner.gui.workspace import Workspace


def connect(workspace: Workspace) -> None:
    """Connect the features of a workspace with each other, and their messages with the window's."""
    _connect_generation(workspace)
    _connect_files(workspace)
    _connect_models(workspace)
    _connect_results(workspace)
    _connect_history(workspace)
    relay_messages(workspace)


def _connect_generation(workspace: Workspace) -> None:
    generation, bar, shown = workspace.generation, workspace.targets.run_bar, workspace.current_sample
    bar.generate.clicked.connect(lambda: workspace.generate())
    bar.cancel.clicked.connect(lambda: workspace.cancel())
    generation.started.connect(lambda _: bar.show_running())
    generation.progressed.connect(bar.show_progress)
    generation.ended.connect(lambda: bar.show_idle(workspace.can_generate()))
    workspace.queue.waiting_changed.connect(bar.show_waiting)
    workspace.keeping.changed.connect(workspace.views.restyle)
    workspace.live_draft.began.connect(shown.follow)
    workspace.request_model.model_chosen.connect(generation.warm)
    shown.volume_requested.connect(workspace.views.show_volume)
    shown.preview_requested.connect(workspace.views.show_preview)
    shown.coarse_requested.connect(workspace.views.show_look)


def _connect_files(workspace: Workspace) -> None:
    opening, loader, shown = workspace.opening, workspace.volume_loader, workspace.current_sample
    workspace.open_button.chosen.connect(opening.open)
    workspace.open_button.chosen_with_options.connect(loader.open_with_options)
    loader.coarse.connect(shown.show_look)
    loader.abandoned.connect(shown.drop_look)
    loader.opened.connect(opening.show_volume)
    loader.opened.connect(workspace.results.measure)
    loader.slice_opened.connect(opening.keep_slice)
    loader.example.connect(workspace.show_example)
    workspace.session.volume_requested.connect(loader.reopen)
    workspace.session.sample_requested.connect(workspace.history.service.reload)
    workspace.views.shown.connect(workspace.session.apply_view)
    workspace.design.film_requested.connect(opening.open)
    workspace.reconstruction.made.connect(loader.open_made)
    workspace.design.share_requested.connect(workspace.exporting.crates.ask_for)


def _connect_models(workspace: Workspace) -> None:
    workspace.training.installed.connect(workspace.chosen_model.offer_installed)
    workspace.training.chosen.connect(workspace.chosen_model.choose)
    workspace.targets.about_requested.connect(workspace.models.show)
    workspace.models.changed.connect(workspace.chosen_model.follow)


def _connect_results(workspace: Workspace) -> None:
    shown, results = workspace.current_sample, workspace.results
    shown.changed.connect(results.show_sample)
    shown.counted.connect(results.panel.show_count)
    shown.outdated.connect(results.panel.show_outdated)
    results.panel.place_chosen.connect(shown.choose)
    results.volume_requested.connect(shown.show_volume)
    results.measured.connect(shown.take_values)
    results.panel.measured.targets_requested.connect(workspace.use_values)


def _connect_history(workspace: Workspace) -> None:
    history, results = workspace.history, workspace.results
    service = history.service
    workspace.queue.sampled.connect(workspace.store_generated)
    workspace.live_draft.made.connect(workspace.store_generated)
    results.stored.connect(workspace.store_opened)
    results.verified.connect(service.keep_verification)
    workspace.sweeps.film_requested.connect(service.reload)
    history.loaded.connect(workspace.show_sample)
    history.to_keep.connect(workspace.keep_sample)
    history.to_morph.connect(workspace.morphs.ask)
    history.movie_wanted.connect(workspace.exporting.render_jobs.render_films)
    history.recalled.connect(workspace.request_model.recall)
    service.reloaded.connect(workspace.show_sample)
    service.several_loaded.connect(results.compare_entries)
    service.verification_loaded.connect(results.take_verification)
