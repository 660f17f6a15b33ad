"""Colours of the phases and of what surrounds them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """A colour per label, eight of which people who are blind to red, green or blue can tell apart; labels beyond the
    last start again."""

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


_PAPER = "#2f6db5 #c8453b #b4b8bd #e3b23c #4b2a5e #8fd3f4 #7a1f3d #f3e3a1"
_OKABE_ITO = "#0072b2 #e69f00 #009e73 #cc79a7 #56b4e9 #d55e00 #f0e442 #000000"
PALETTES = {
    name: Palette(name, title, tuple(map(colour_of, colours.split())))
    for name, title, colours in (("paper", "Blue, red, grey", _PAPER), ("okabe-ito", "Okabe-Ito", _OKABE_ITO))
}
OWN = "own"
_OWN_KEY = re.compile(rf"{OWN}( #[0-9a-f]{{6}}){{1,256}}")


def own_colours(key: str) -> tuple[Colour, ...]:
    """The colours written behind "own" in a palette's key; none where it is not such a key."""
    return tuple(map(colour_of, key.split()[1:])) if _OWN_KEY.fullmatch(key) else ()


def own_key(colours: Sequence[Colour]) -> str:
    """The key of a palette of the user's own."""
    return " ".join([OWN, *map(text_of, colours)])


def with_colour(key: str, label: int, colour: str) -> str:
    """The key of the palette of `key` in which a label has the colour "#rrggbb"."""
    palette = palette_of(key)
    colours = [palette.colour(index) for index in range(max(label + 1, len(palette.colours)))]
    colours[label] = colour_of(colour)
    return own_key(colours)


def palette_of(key: str) -> Palette:
    """The palette of a key: a name, or "own" and its colours; the first one where the key is neither."""
    if colours := own_colours(key):
        return Palette(OWN, "Own colours", colours)
    return PALETTES.get(key) or next(iter(PALETTES.values()))


def colour_table(key: str) -> NDArray[np.uint8]:
    """Red, green, blue of the 256 labels in the palette of a key, [label, channel]."""
    palette = palette_of(key)
    return np.round(255 * np.array([palette.colour(label) for label in range(256)])).astype(np.uint8)


AXES = ("#c8453b", "#3d8b57", "#2f6db5")
"""Of the directions x, y, z, and of what lies across them."""
LIGHT = Surroundings(colour_of("#fbfbfc"), colour_of("#9aa0a8"), colour_of("#23272c"), colour_of("#e9ebee"))
DARK = Surroundings(colour_of("#1b1d21"), colour_of("#5f666f"), colour_of("#e3e6ea"), colour_of("#2c3036"))
