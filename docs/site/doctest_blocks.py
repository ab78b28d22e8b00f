"""Shows the examples of docstrings as code: a Griffe extension, which mkdocs.yml names."""

import re
from typing import Any

from griffe import Extension, Object

EXAMPLE = re.compile(r"^>>> .*\n(?:(?!\s*$).+\n?)*", re.MULTILINE)
"""A doctest up to the next blank line."""


class DoctestBlocks(Extension):
    """Puts fences around the doctests of every docstring."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Changes the docstring of an object that is loaded."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(docstring: str) -> str:
    """Returns a docstring whose doctests are code blocks of their own."""
    return EXAMPLE.sub(lambda match: f"\n```pycon\n{match[0].rstrip()}\n```\n", docstring)
