"""Templates of HTML pages: the gate for text, and the policy that lets a page load nothing."""

import base64
import hashlib
from importlib.resources import files

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


def source(package: str, name: str) -> str:
    """Returns the text of a file in a package's folder `templates`."""
    return files(package).joinpath("templates", name).read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """Returns a content security policy: nothing is loaded, and no other script or style runs.

    Args:
        style: text of the only style element; attributes `style` are ignored too.
        script: text of the only script element.
    """
    rules = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _visible(value: object) -> object:
    """Returns a value whose unseen characters are escapes; markup passed when it was created."""
    return visible(value, TABS_AND_LINES) if type(value) is str else value
