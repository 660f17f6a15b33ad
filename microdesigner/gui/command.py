"""What can be done in the window: each feature offers its commands, the menus, the palette and the sheet show them."""

from collections.abc import Callable
from dataclasses import dataclass

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
