"""What the user is told: failures in the bar above the window's columns, what was done in the line at its foot."""

from typing import TYPE_CHECKING

from microdesigner.core.result import Result

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

LEFT_OVER = "{count} waiting in the queue since the last time; Continue gives them their turn."


def connect(window: "MainWindow") -> None:
    """Let every part of `window` tell its failures and what it has done."""
    say = window.status_line.setText
    for part in (window.generation, window.views.builder, window.render_jobs, window.files, window.history):
        part.failed.connect(window.error_bar.tell)
    for writer in (window.render_jobs, window.files):
        writer.written.connect(lambda path: say(f"Written: {path}"))
    window.generation.started.connect(lambda _: say(""))
    window.generation.finished.connect(lambda result: say(_done(result)))
    window.queue.left_over.connect(lambda count: say(LEFT_OVER.format(count=count)))
    window.views.view.ruler_tool.told.connect(say)


def device_title(kind: str) -> str:
    """What users call a device of torch's `kind`."""
    return {"cpu": "CPU", "cuda": "GPU"}.get(kind, kind)


def _done(result: Result) -> str:
    samples = f"{len(result.samples)} samples" if len(result.samples) > 1 else "1 sample"
    return f"{samples} in {sum(result.seconds.values()):.1f} s on the {device_title(result.device)}."
