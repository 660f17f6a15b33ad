"""What the features of the window say, relayed to its status line and its error bar."""

from typing import Any

from microdesigner.gui.workspace import Workspace


def relay_messages(workspace: Workspace) -> None:
    """Let the workspace say what its features say; failures and successes with the subject of the work."""
    exporting = workspace.exporting
    failing: dict[str, list[Any]] = {
        "generation": [workspace.generation],
        "pictures": [exporting.render_jobs],
        "results": [workspace.results],
        "training": [workspace.training],
        "views": [workspace.views.builder],
        "files": [exporting.files, workspace.volume_loader, workspace.opening, workspace.request_copy],
        "store": [workspace.store],
        "session": [workspace.session],
        "history": [workspace.history],
        "models": [workspace.models],
        "sweeps": [workspace.sweeps],
        "morphs": [workspace.morphs],
        "meshes": [exporting.meshes],
        "crates": [exporting.crates],
        "estimates": [workspace.picture_targets],
    }
    for subject, sources in failing.items():
        for source in sources:
            source.failed.connect(
                lambda sentence, details="", subject=subject: workspace.failed.emit(sentence, details, subject)
            )
    succeeding: dict[str, list[Any]] = {
        "generation": [workspace.generation.finished],
        "pictures": [exporting.render_jobs.written],
        "results": [workspace.results.verified],
        "training": [workspace.training.installed],
        "views": [workspace.views.shown],
        "files": [exporting.files.written, workspace.volume_loader.opened, workspace.volume_loader.slice_opened],
        "session": [workspace.session.saved],
        "meshes": [exporting.meshes.written],
        "crates": [exporting.crates.written],
        "estimates": [workspace.picture_targets.found],
    }
    for subject, successes in succeeding.items():
        for success in successes:
            success.connect(lambda *_, subject=subject: workspace.succeeded.emit(subject))
    for teller in (
        workspace.results, workspace.session, workspace.analysis, workspace.history, workspace.volume_loader,
        workspace.opening, workspace.models, workspace.chosen_model, workspace.request_copy, workspace.keeping,
        workspace.morphs, workspace.reconstruction, workspace.picture_targets, exporting,
    ):  # fmt: skip
        teller.message.connect(workspace.message)
    workspace.views.view.ruler_tool.message_changed.connect(workspace.message)
