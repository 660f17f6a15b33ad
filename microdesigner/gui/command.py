"""What can be done in the window: each feature offers its commands, the menus, the palette and the sheet show them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MENUS = ("File", "Edit", "Generate", "Models", "View", "Window", "Help")
ON_VIEWS = " on the views"


@dataclass(frozen=True)
class Command:
    """`keys` work everywhere in the window; `view_keys` while the views have the focus, which handle them.

    `group` is the menu; `section` parts it by lines, `submenu` names one in it. `checked` tells whether what is
    switched is on, `enabled` whether the command can be run now.
    """

    group: str
    title: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    view_keys: tuple[str, ...] = ()
    section: int = 0
    submenu: str = ""
    checked: Callable[[], bool] | None = None
    enabled: Callable[[], bool] | None = None

    @property
    def hint(self) -> str:
        """The keys in words."""
        return " or ".join([*self.keys, *(key + ON_VIEWS for key in self.view_keys)])


def in_menu_order(commands: Iterable[Command]) -> list[Command]:
    """Commands menu by menu and section by section, whoever offers them."""
    return sorted(commands, key=lambda command: (MENUS.index(command.group), command.section))
