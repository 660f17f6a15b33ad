"""One page that tells how good a model is: HTML that needs no other file, its figures beside it as PNG."""

import base64
import html
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.events import SampleDone
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.paths import write_bytes_atomic, write_text_atomic
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.engine.latents import initial_noises, latent_shape
from microdesigner.evaluation import figures
from microdesigner.evaluation.sections import (
    BATCHES,
    CALIBRATION,
    FIDELITY,
    LARGER,
    ONE_TARGET,
    RECIPES,
    RECONSTRUCTION,
    SAMPLERS,
    TWINS,
)
from microdesigner.evaluation.single_target import read_single_target
from microdesigner.evaluation.target_accuracy import METRICS, SAMPLES, accuracy_pairs
from microdesigner.evaluation.twins import twin_lines
from microdesigner.models.autoencoder import phase_labels

REPORT = "report.html"
SHOWN = 4
_STYLE = "body{font:15px sans-serif;max-width:1100px;margin:2em auto}table{border-collapse:collapse}"
_STYLE += "td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ccc}img{max-width:100%}"


def write_report(engine: Engine, folder: Path) -> Path:
    """Write `folder`/report.html for the evaluation in `folder`: control, and those of `sections` that are there;
    returns its path."""
    document = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    body = [_heading(engine, document), _table(document["control"])]
    for name, title, figure in _figures(engine, folder):
        if figure is not None:
            body.append(f"<h2>{html.escape(title)}</h2>{_image(figure, folder / f'{name}.png')}")
    body += _tables(folder)
    body.append(f'<p>All samples: <a href="{SAMPLES}">{SAMPLES}</a></p>')
    page = f"<!doctype html><meta charset=utf-8><title>{html.escape(engine.card.name)}</title><style>{_STYLE}</style>"
    write_text_atomic(folder / REPORT, page + "".join(body) + "\n")
    return folder / REPORT


def _figures(engine: Engine, folder: Path) -> Iterator[tuple[str, str, Figure | None]]:
    """File name, title and figure, None for what `folder` has nothing of."""
    pairs, batches = accuracy_pairs(folder), _section(folder, BATCHES)
    targets = [{name: float(target[i]) for name, (target, _) in pairs.items()} for i in range(SHOWN)]
    films = read_single_target(folder / ONE_TARGET) if _section(folder, ONE_TARGET) else None
    yield "control", "Measured over targeted, one sample per target", figures.accuracy_figure(pairs)
    yield "one-target", "Many films of one target", figures.single_target_figure(films) if films else None
    yield "samples", "Samples", figures.slices_figure(_generated(engine, targets), _titles(targets))
    yield "vae-only", "The autoencoder alone, from random latents", figures.slices_figure(*_vae_only(engine))
    yield "conditions", "Training conditions", figures.conditions_figure(engine.card)
    yield "losses", "Training", figures.losses_figure(engine.card)
    yield "batches", "Time by batch size", batches and figures.batches_figure(batches)


def _tables(folder: Path) -> Iterator[str]:
    if reconstruction := _section(folder, RECONSTRUCTION):
        yield f"<h2>Held-out films encoded and decoded again</h2>{_table(reconstruction)}"
    if twins := _section(folder, TWINS):
        yield f"<h2>Generated films beside simulated ones</h2><pre>{html.escape(chr(10).join(twin_lines(twins)))}</pre>"
    if recipe := _section(folder, CALIBRATION):
        yield f"<h2>Posterior of the recipe, on held-out films</h2>{_table(_flat(recipe))}"
    if annealed := _section(folder, RECIPES):
        title = f"Films annealed by their predicted recipes ({annealed['simulated']} of {annealed['count']})"
        rows = {name: {"median difference": value} for name, value in annealed["median_error"].items()}
        yield f"<h2>{title}</h2>{_table(rows)}"
    if larger := _section(folder, LARGER):
        rows = {name: {key: value for key, value in row.items() if key != "tiles"} for name, row in larger.items()}
        yield f"<h2>A film eight times as large: does it repeat?</h2>{_table(rows)}"
    if samplers := _section(folder, SAMPLERS):
        yield f"<h2>Samplers, from the same seeds, unrefined</h2>{_table(samplers)}"
    if fidelity := _section(folder, FIDELITY):
        yield f"<h2>Morphology: relative error, floor, ratio</h2>{_table(fidelity['morphology'])}"
        yield from _distribution(fidelity["distribution"])


def _flat(recipe: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Figures per parameter, and below them the same of the refitted intervals."""
    rows: dict[str, Mapping[str, Any]] = {}
    for name, entry in recipe.items():
        plain = {key: value for key, value in entry.items() if key != "refitted"}
        rows |= {name: plain, f"{name}, refitted": dict.fromkeys(plain) | entry["refitted"]}
    return rows


def _distribution(document: Mapping[str, Any]) -> Iterator[str]:
    rows = {"squared MMD": document["mmd"]}
    for title, key in (("Wasserstein-1", "wasserstein"), ("manifold", "manifold")):
        for name, value in document[key]["generated"].items():
            rows[f"{title}, {name}"] = {"generated": value, "floor": document[key]["floor"][name]}
    yield f"<h2>Distribution of the descriptors, and the training films' as its floor</h2>{_table(rows)}"
    yield f"<h2>Novelty</h2>{_table({name: {'': value} for name, value in document['novelty'].items()})}"


def _section(folder: Path, name: str) -> Any:
    path = folder / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _heading(engine: Engine, document: Mapping[str, Any]) -> str:
    training = engine.card.training
    names = ("sampler", "steps", "refinement_strength", "match", "candidates")
    settings = ", ".join(f"{name} {document[name]}" for name in names if name in document)
    volumes, series = ("?" if count is None else count for count in (training.volumes, training.series))
    learned = f"{volumes} training volumes of {series} series"
    heading = f"{document['count']} {document['targets']} targets"
    return (
        f"<h1>{html.escape(engine.card.name)}</h1><p>{heading}; {html.escape(settings)}. "
        f"{learned}. r² is the squared Pearson correlation, R² the coefficient of determination.</p>"
    )


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    heads = list(next(iter(rows.values())))
    lines = ["<tr><th></th>" + "".join(f"<th>{html.escape(head)}</th>" for head in heads) + "</tr>"]
    for name, row in rows.items():
        cells = "".join(f"<td>{_number(row[head])}</td>" for head in heads)
        lines.append(f"<tr><th>{html.escape(name)}</th>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _image(figure: Figure, path: Path) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    write_bytes_atomic(path, buffer.getvalue())
    return f'<img alt="{path.stem}" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'


def _generated(engine: Engine, targets: Sequence[dict[str, float]]) -> list[PhaseArray]:
    volumes = []
    for seed, target in enumerate(targets):
        request = Request(target, model=engine.card.name, seed=seed)
        done = next(event for event in engine.generate(request) if isinstance(event, SampleDone))
        volumes.append(done.sample.microstructure.phases)
    return volumes


@torch.no_grad()
def _vae_only(engine: Engine) -> tuple[list[PhaseArray], list[str]]:
    card = engine.card
    volumes = []
    for seed in range(SHOWN):
        (start,) = initial_noises(seed, 1, latent_shape(card, card.shape))
        logits = engine.bundle.autoencoder.decode(start.noise[None].to(engine.device), card.lateral == "periodic")
        volumes.append(phase_labels(logits)[0].cpu().numpy())
    return volumes, [f"random latent {seed}" for seed in range(SHOWN)]


def _titles(targets: Sequence[Mapping[str, float]]) -> list[str]:
    return [", ".join(f"{spec_of(name).symbol} {value:.2f}" for name, value in target.items()) for target in targets]
