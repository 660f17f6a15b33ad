"""The two ways a run can end badly, told apart so that every door (window, command, Python) can answer well."""


class MicrodesignerError(Exception):
    """Something failed that the user did not cause; the message is one sentence fit to be shown (exit code 1)."""


class InputError(MicrodesignerError):
    """A request or a file is wrong; the message names it and the remedy in one sentence (exit code 2)."""
