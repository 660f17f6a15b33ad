"""From a trained bundle to a model that the user can choose: measured, its card complete, installed."""

from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.core.events import Listener
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.evaluation.target_accuracy import card_targets, evaluate_accuracy, record_accuracy
from microdesigner.models.archive import install_bundle
from microdesigner.training.run import RunDirectory

FEWEST_TARGETS = 8


def finish_model(run: RunDirectory, count: int, report: Listener, device: str = "auto") -> None:
    """Measure the bundle of `run` on at most `count` held-out targets, record that in its card and install it.

    `device` names what computes, see `compute.select_device`. A stop request is served with the few targets
    that a figure of agreement needs. Nothing happens a second time.
    """
    if run.installed is not None:
        return
    card = ModelCard.read(run.bundle / CARD_FILE)
    how = Request()
    targets = card_targets(card, FEWEST_TARGETS if run.stop_request.exists() else count)
    for progress in evaluate_accuracy(Engine.load(str(run.bundle), device), run.evaluation, targets, how):
        report(progress)
    accuracy = record_accuracy(run.bundle, run.evaluation, how)
    run.events.write("evaluated", control=accuracy["control"], count=accuracy["count"])
    folder = install_bundle(run.bundle)
    run.events.write("installed", model=folder.name, path=str(folder))
