"""A training's configuration in words, to be read before it starts."""

import html
from pathlib import Path

from microdesigner.app.training_progress import STAGE_TITLES
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.training.config import TrainingConfig


def summary_rows(config: TrainingConfig) -> dict[str, str]:
    """What is trained on what, and how: a line of text for each entry, by its title."""
    limits = [f"{STAGE_TITLES[stage]} {minutes:g} min" for stage, minutes in config.minutes.items()]
    count = config.devices * config.nodes
    return {
        "Model": config.name + _beginning(config),
        "Data set": Path(config.dataset).name,
        "Conditions": _titles(config.conditions),
        "Recipe": _titles(config.process),
        "Preset": config.preset + (", compiled" if config.plan.ddpm.compiled else ""),
        "Denoiser": config.plan.denoiser,
        "Device": config.device if count == 1 else f"{count} × {config.device}",
        "Time limits": ", ".join(limits) or "none",
    }


def _beginning(config: TrainingConfig) -> str:
    if config.base_model:
        return f", fine-tuned from {config.base_model}"
    return f", begun with the weights of {config.warm_start}" if config.warm_start else ""


def summary_table(config: TrainingConfig) -> str:
    """`summary_rows` as an HTML table."""
    rows = (
        f"<tr><td>{title}&nbsp;&nbsp;</td><td>{html.escape(text)}</td></tr>"
        for title, text in summary_rows(config).items()
    )
    return f"<table>{''.join(rows)}</table>"


def _titles(names: tuple[str, ...]) -> str:
    return ", ".join(spec_of(name).title for name in names) or "none"
