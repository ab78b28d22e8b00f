"""Templates of HTML pages: the gate for text in a page."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from clue.common.visible import TABS_AND_LINES, visible


def environment(package: str) -> Environment:
    """Returns an environment that escapes HTML and characters that a reader cannot see.

    Args:
        package: with a folder `templates`.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _visible(value: object) -> object:
    """Returns a value whose unseen characters are escapes; markup passed when it was created."""
    return visible(value, TABS_AND_LINES) if type(value) is str else value
