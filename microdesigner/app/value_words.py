"""How values and their symbols are written, in the window and in reports alike."""


def symbol_html(symbol: str) -> str:
    """A symbol such as f_D with its index set low; what a file has put into it must be escaped before."""
    base, _, index = symbol.partition("_")
    return f"{base}<sub>{index}</sub>" if index else base


def signed(difference: float, decimals: int) -> str:
    """A difference with its sign; one that rounds to nothing is +0."""
    return f"{round(difference, decimals) + 0.0:+.{decimals}f}"
