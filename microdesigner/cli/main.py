"""The program `microdesigner`: finds the verb, runs it, and turns every ending into a sentence and an exit code."""

import argparse
import contextlib
import io
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from microdesigner import __version__
from microdesigner.cli import (
    benchmark,
    convert,
    dataset,
    describe,
    design,
    evaluate,
    generate,
    models,
    reconstruct,
    share,
    simulate,
    train,
    verify,
)
from microdesigner.cli.completion import SHELLS, completion
from microdesigner.cli.open_desktop import run_desktop
from microdesigner.cli.parser import Parser, Verb
from microdesigner.core.child_process import answer_call, is_frozen
from microdesigner.core.errors import InputError, MicrodesignerError, one_line
from microdesigner.core.shortages import shortage_of

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
VERBS: tuple[Verb, ...] = (
    generate,
    design,
    describe,
    reconstruct,
    simulate,
    dataset,
    train,
    evaluate,
    verify,
    convert,
    share,
    models,
    benchmark,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: this process's) and return its exit code.

    0 done, 2 the request or a file is wrong, 1 failed otherwise, 130 interrupted; messages go to stderr.
    """
    _allow_any_code_page()
    if is_frozen():
        from multiprocessing import freeze_support

        freeze_support()  # worker processes enter here, too, and do not come back
        if argv is None and answer_call(sys.argv[1:]):
            return DONE
    try:
        args = parse(sys.argv[1:] if argv is None else argv)
    except SystemExit as ending:
        return int(ending.code or DONE)
    debug = args.debug or bool(os.environ.get("MICRODESIGNER_DEBUG"))
    # Before torch loads, here and in child processes: threads that spin while they wait starve those that work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        with _termination_as_interruption():
            return _run(args)
    except KeyboardInterrupt:
        return _report_interruption()
    except BrokenPipeError:
        _silence_stdout()
        return FAILED
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        return _report_interruption() if _interrupted(error) else _report(error, debug)


def _run(args: argparse.Namespace) -> int:
    """The command, or what the program itself is asked to print."""
    if args.completion:
        print(completion(build_parser(), args.completion))
        return DONE
    return int(print_report() if args.report else args.run(args))


def _allow_any_code_page() -> None:
    """Write what a terminal's code page (cp1252, cp932) lacks as its number, in the place of ending with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What the words of a command line ask for; where the first of them is a file and no command, the desktop with the
    files in it."""
    parser = build_parser()
    options = [word for word in argv if word.startswith("-")]
    words = [word for word in argv if not word.startswith("-")]
    if not words or words[0] in _names() or not _is_file_name(words[0]):
        return parser.parse_args(argv)
    args = parser.parse_args(options)
    args.paths = [Path(word) for word in words]
    return args


def _names() -> list[str]:
    return [verb.__name__.rsplit(".", 1)[1] for verb in VERBS]


def _is_file_name(word: str) -> bool:
    """Whether `word` is a file, or would be one if it were there: a misspelt command has no extension."""
    path = Path(word)
    return path.suffix != "" or path.name != word or path.exists()


def build_parser() -> Parser:
    """The whole grammar; verb modules import nothing heavy until they run."""
    parser = Parser(
        prog="microdesigner",
        usage="%(prog)s [options] [FILE ... | COMMAND ...]",
        description="Design 3-D multiphase microstructures. Without a command the desktop opens, with the volume, "
        "session or request in each FILE.",
        epilog="'microdesigner COMMAND --help' tells each command's options with their units and ranges.",
    )
    parser.add_argument("--version", action="version", version=f"microdesigner {__version__}")
    parser.add_argument(
        "--debug", action="store_true", help="show a failure's traceback (MICRODESIGNER_DEBUG=1 does the same)"
    )
    parser.add_argument(
        "--report", action="store_true", help="print versions, machine, models and the end of the log, for a bug report"
    )
    parser.add_argument(
        "--completion", choices=SHELLS, metavar="SHELL", help=f"print what completes commands in {', '.join(SHELLS)}"
    )
    parser.set_defaults(run=run_desktop, paths=[])
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", prog=parser.prog)
    for verb in VERBS:
        verb.add_parser(subparsers)
    return parser


def print_report() -> int:
    """Print what helps whoever looks into a problem."""
    from microdesigner.app.diagnostics import diagnostics

    print(diagnostics())
    return DONE


@contextlib.contextmanager
def _termination_as_interruption() -> Iterator[None]:
    """Let SIGTERM unwind the command as Ctrl+C does, so that temporary files go."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _interrupted(error: BaseException) -> bool:
    """Whether a signal lies under `error`: compiled code (Numba) passes one that reaches it on as a SystemError."""
    cause = error.__cause__
    return cause is not None and (isinstance(cause, KeyboardInterrupt) or _interrupted(cause))


def _report_interruption() -> int:
    print("microdesigner: interrupted.", file=sys.stderr)
    return INTERRUPTED


def _report(error: Exception, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    if shortage := shortage_of(error):
        error = InputError(str(shortage))
    elif library := _missing_library(error):
        error = InputError(
            f"The system library {library} is missing; install the package that brings it "
            "(in a checkout, make setup names it)."
        )
    if isinstance(error, MicrodesignerError):
        print(f"microdesigner: {error}", file=sys.stderr)
        return WRONG_INPUT if isinstance(error, InputError) else FAILED
    if not debug:
        message = one_line(" ".join(str(error).split()))[:300] or "no further word"
        print(
            f"microdesigner: unexpected {type(error).__name__} ({message}); microdesigner --debug shows where.",
            file=sys.stderr,
        )
    return FAILED


def _missing_library(error: Exception) -> str | None:
    """Name of the shared library that a module failed to load for; None where `error` is another one."""
    match = re.match(r"(lib[^\s/:]+): cannot open shared object file", str(error))
    return match[1] if match and isinstance(error, ImportError) else None


def _silence_stdout() -> None:
    # The reader of a pipe went away; without this Python complains once more while it flushes at exit.
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
