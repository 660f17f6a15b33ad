"""A function as a task, for work whose modules only the worker process is to import."""

import importlib
from collections.abc import Iterator
from typing import Any


class Call:
    """Runs the generator function `function`, named "module:function", with `arguments`."""

    def __init__(self, function: str, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def events(self) -> Iterator[Any]:
        """The events of the function."""
        module, _, name = self.function.partition(":")
        yield from getattr(importlib.import_module(module), name)(*self.arguments)
