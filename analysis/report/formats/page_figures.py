"""Figures inside the page, whose policy allows no attribute `style`: each style becomes a class."""

import re
from collections.abc import Iterable

STYLE = re.compile(r'\sstyle="([^"]*)"')
UNUSED = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", re.DOTALL)
"""Parts of a drawing that a page does not show, or that its own style sheet replaces."""
DECLARATION = re.compile(r"[a-z-]+:\s*[^;{}<>]+")
JOINS = "figure svg * { stroke-linejoin: round; stroke-linecap: butt; }"
"""Style that the drawing library gives to all of a figure."""


class FigureStyles:
    """Collects the styles of figures, and replaces them by classes."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def embedded(self, svg: str) -> str:
        """Returns a drawing without attributes `style` and without a style sheet of its own."""
        return STYLE.sub(self._class, UNUSED.sub("", svg))

    def css(self) -> str:
        """Returns the rules of all figures that were embedded so far."""
        rules = [f".{name} {{ {style} }}" for style, name in self._names.items()]
        return "\n".join([JOINS, *rules])

    def _class(self, match: re.Match[str]) -> str:
        style = "; ".join(_declarations(match[1]))
        name = self._names.setdefault(style, f"f{len(self._names)}")
        return f' class="{name}"'


def _declarations(style: str) -> Iterable[str]:
    """Declarations of a style; anything else, such as the end of a style sheet, is left out."""
    parts = (part.strip() for part in style.replace("&quot;", "'").split(";"))
    return [part for part in parts if DECLARATION.fullmatch(part)]
