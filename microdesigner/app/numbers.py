"""One reading of numbers that users write, whatever their language: comma and point both mark the decimals."""

_SAME = str.maketrans({",": ".", "٫": ".", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


def plain_number(text: str) -> str:
    """`text` with the decimal mark and the minus sign that Python and Qt's C locale read; its length stays."""
    return text.translate(_SAME)
