"""Colours of the phases and of what surrounds them."""

from dataclasses import dataclass

Colour = tuple[float, float, float]


def _colour(text: str) -> Colour:
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


@dataclass(frozen=True)
class Palette:
    """A colour per label; labels beyond the last start again."""

    name: str
    title: str
    colours: tuple[Colour, ...]

    def colour(self, label: int) -> Colour:
        """Red, green, blue in 0..1 of a label."""
        return self.colours[label % len(self.colours)]


@dataclass(frozen=True)
class Surroundings:
    """What is not a phase: background, frame and text of the views, other phases on the slices of one."""

    background: Colour
    frame: Colour
    text: Colour
    absent: Colour


PALETTES = {
    palette.name: palette
    for palette in (
        Palette(
            "paper", "Blue, red, grey", tuple(map(_colour, ("#2f6db5", "#c8453b", "#b4b8bd", "#7a5ea8", "#3d9970")))
        ),
        Palette(
            "okabe-ito",
            "Okabe-Ito",
            tuple(map(_colour, ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"))),
        ),
    )
}
LIGHT = Surroundings(_colour("#fbfbfc"), _colour("#9aa0a8"), _colour("#23272c"), _colour("#e9ebee"))
DARK = Surroundings(_colour("#1b1d21"), _colour("#5f666f"), _colour("#e3e6ea"), _colour("#2c3036"))
