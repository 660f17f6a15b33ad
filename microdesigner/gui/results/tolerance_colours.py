"""When a value counts as on target."""

from microdesigner.gui import theme

ON_TARGET, CLOSE = 0.01, 0.05


def tolerance_colour(error: float) -> tuple[str, str]:
    """The light and dark colour of an error."""
    return theme.GOOD if abs(error) <= ON_TARGET else theme.EDGE if abs(error) <= CLOSE else theme.BAD
