"""Colours of the phases and of what surrounds them."""

from dataclasses import dataclass

Colour = tuple[float, float, float]


def colour_of(text: str) -> Colour:
    """The colour written "#rrggbb"."""
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def text_of(colour: Colour) -> str:
    """A colour as "#rrggbb"."""
    return "#" + "".join(f"{round(255 * share):02x}" for share in colour)


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
            "paper", "Blue, red, grey", tuple(map(colour_of, ("#2f6db5", "#c8453b", "#b4b8bd", "#7a5ea8", "#3d9970")))
        ),
        Palette(
            "okabe-ito",
            "Okabe-Ito",
            tuple(map(colour_of, ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"))),
        ),
    )
}
LIGHT = Surroundings(colour_of("#fbfbfc"), colour_of("#9aa0a8"), colour_of("#23272c"), colour_of("#e9ebee"))
DARK = Surroundings(colour_of("#1b1d21"), colour_of("#5f666f"), colour_of("#e3e6ea"), colour_of("#2c3036"))
