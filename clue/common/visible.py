"""Characters that a reader cannot see, written as escapes: the gate of every text medium.

Names, labels, notes and answers of models and of other people's files are shown on terminals, in
logs, pages, tables and figures. A control character in them can clear a terminal, change its title
or hide a line; a bidirectional override can show another order than the one that is stored.
"""

import re

UNSEEN = (
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls, which begin every escape sequence
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # order of letters
    "\u200b\u2028\u2029\u2060-\u2065\ufeff\ufff9-\ufffb"  # no width, line breaks, annotations
    "\U000e0000-\U000e007f"  # tags: a hidden copy of ASCII
    "\ud800-\udfff"  # half a pair: no encoding takes it
)
"""Range of a regular expression. Joiners (U+200C, U+200D) belong to words and emoji."""
_UNSEEN = re.compile(f"[{UNSEEN}]")
LINES = "\n"
TABS_AND_LINES = "\t\n"


def visible(text: str, keep: str = LINES) -> str:
    r"""Returns a text whose unseen characters are escapes as in Python, e.g. `\x1b`.

    Args:
        text: of any origin.
        keep: characters that stay: line breaks where the medium has lines.

    >>> print(visible("caf\u00e9 \x1b[31mred \u202eevil"))
    café \x1b[31mred \u202eevil
    """

    def escape(match: re.Match[str]) -> str:
        letter = match[0]
        return letter if letter in keep else letter.encode("unicode_escape").decode()

    return _UNSEEN.sub(escape, text)


def one_line(text: str) -> str:
    """Returns a text as one line: each run of line breaks is a space, and the rest is visible."""
    return visible(re.sub(r"[\r\n]+", " ", text), keep="")
