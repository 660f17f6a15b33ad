"""One result on one page: an HTML file that needs nothing else, to be read, printed or sent."""

import base64
from collections.abc import Mapping, Sequence
from html import escape

from microdesigner.app.request_export import FILE, as_command
from microdesigner.app.targets import comparison
from microdesigner.app.value_words import signed, symbol_html
from microdesigner.core.descriptor_spec import DescriptorSpec, spec_of
from microdesigner.core.quantity import size_words
from microdesigner.core.request import Request
from microdesigner.core.result import Sample, parameter_note, recipe_value
from microdesigner.core.verification import Verification

STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;color:#1d2126}img{max-width:100%}"
    "table{border-collapse:collapse;margin:1em 0}td,th{padding:.25em 1em .25em 0;text-align:left}"
    "td:not(:first-child),th:not(:first-child){text-align:right}tr{border-bottom:1px solid #ddd}"
    "td{font-variant-numeric:tabular-nums}figure{margin:0}figcaption{font-weight:600}pre{white-space:pre-wrap}"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(24em,1fr));gap:1.5em;margin:1em 0}"
    "table,figure,pre{break-inside:avoid}"
)
# a browser that follows it fetches nothing and runs nothing, whatever a file has put into names
POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
)

KEPT = (
    f"{FILE} is the request with the part of a film that it keeps; the film's VTI file carries it, and opening that "
    "in the window brings it back."
)


def report_html(
    request: Request, sample: Sample, picture: bytes, drawings: Mapping[str, bytes],
    verification: Verification | None = None,
) -> str:  # fmt: skip
    """The page for one sample of `request`.

    Parameters
    ----------
    picture : bytes
        A PNG of the views.
    drawings : mapping
        SVG plots by title.
    verification : Verification or None
        What a simulation said of the recipe.
    """
    volume = sample.microstructure
    size = size_words(volume.shape)
    edges = size_words((edge * nm for edge, nm in zip(volume.shape, volume.spacing, strict=True)), " × ")
    name = f"{request.model}, seed {sample.seed}" if request.model else "Opened volume"
    figures = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>{_image(drawing, 'svg+xml', title)}</figure>"
        for title, drawing in drawings.items()
    )
    plots = f'<h2>Plots</h2><div class="plots">{figures}</div>' if figures else ""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{POLICY}<title>{escape(name)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(name)}</h1>"
        f"<p>{size} voxels, {edges} {volume.length_unit}, phases {escape(', '.join(volume.phase_names))}, "
        f"{volume.lateral} sides.</p>"
        f"{_image(picture, 'png', 'The film')}{_values(request, sample)}{_recipe(sample)}{_verified(verification)}"
        f"{plots}"
        f"{_origin(request)}"
        "</body></html>\n"
    )


def _values(request: Request, sample: Sample) -> str:
    rows = []
    for name, (target, measured) in comparison(request, sample.measured).items():
        spec = spec_of(name)
        error = "" if target is None or measured is None else signed(measured - target, spec.decimals)
        shown = sample.reasons.get(name, "–") if measured is None else spec.written(measured)
        target_text = "free" if target is None else spec.written(target)
        rows.append((_titled(spec), target_text, shown, error))
    return _table("Target and measured", ("", "target", "measured", "error"), rows)


def _recipe(sample: Sample) -> str:
    rows = []
    for name, spread in sample.process.items():
        spec = spec_of(name)
        values = [recipe_value(spread), *(spread.get(key, spread["mean"]) for key in ("q05", "q95"))]
        shown = (spec.written(value) for value in values)
        rows.append((escape(spec.axis_title), *shown, parameter_note(spread)))
    return _table("Predicted recipe", ("", "to try", "5 %", "95 %", ""), rows) if rows else ""


def _verified(verification: Verification | None) -> str:
    if verification is None:
        return ""
    specs = ((spec_of(name), value) for name, value in verification.recipe.items())
    told = ", ".join(f"{symbol_html(escape(spec.symbol))} {spec.written(value)}" for spec, value in specs)
    if not verification.simulated:
        return f"<h2>Verification</h2><p>{told}: {escape(verification.reason)}</p>"
    rows = []
    for name, simulated in verification.simulated.items():
        spec, error = spec_of(name), verification.errors.get(name)
        shown = ["–" if value is None else spec.written(value) for value in
                 (verification.measured.get(name), simulated)]  # fmt: skip
        rows.append((_titled(spec), *shown, "" if error is None else signed(error, spec.decimals)))
    title = f"Verified by a simulation at {told}"
    return _table(title, ("", "generated", "simulated", "difference"), rows)


def _origin(request: Request) -> str:
    if not request.model:
        return ""
    kept = f"<p>{KEPT}</p>" if request.given else ""
    return f"<h2>Made by</h2><pre>{escape(as_command(request))}</pre>{kept}"


def _titled(spec: DescriptorSpec) -> str:
    """Title and symbol as HTML."""
    return f"{escape(spec.title)} {symbol_html(escape(spec.symbol))}"


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """`title`, `head` and the first cell of each row are HTML."""
    cells = "".join(
        f"<tr><td>{first}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in others)}</tr>" for first, *others in rows
    )
    return f"<h2>{title}</h2><table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>{cells}</table>"


def _image(content: bytes, kind: str, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'
