"""Plain words of a text in Markdown, LaTeX or HTML."""

import re
from collections.abc import Sequence

Rule = tuple[str, str, str]
"""Characters that the rule removes, a pattern, and what replaces it."""

_RULES: Sequence[Rule] = (
    ("~", r"~~[^~\n]+~~", ""),
    ("<>", r"(?is)<(del|s|strike)>.*?</\1>", ""),
    ("\\", r"\x08oxed", r"\\boxed"),  # an escape that a JSON reader took for a backspace
    ("\\", r"\\(?:long)?(?:right)?arrow\b|\\to\b", "→"),
    ("\\", r"\\checkmark\b", "✓"),
    ("\\{}", r"\\[A-Za-z]+\*?\s*\{([^{}]*)\}", r"\1"),
    ("\\{}", r"\\[A-Za-z]+\*?\s*\{([^{}]*)\}", r"\1"),
    ("\\{}", r"\\[A-Za-z]+\*?\s*\{([^{}]*)\}", r"\1"),
    ("\\{", r"\\(?:boxed|fbox|text\w*|math\w*|mbox|bf|it|rm)\b\s*\{?", ""),
    ("\\", r"\\[()\[\]]", ""),
    ("\\", r"\\([*_#.$%&`~-])", r"\1"),
    ("$", r"\$", ""),
    ("<>", r"(?i)<(?:br|/?p|/?li|/?div|/?tr|/?h\d|/?[uo]l)\s*/?>", "\n"),
    ("<>", r"(?i)<([bius])>(.*?)</\1>", r"\2"),
    ("<>", r"(?i)</?(?:em|strong|mark|su[bp])>", ""),
    ("<>", r"</?[A-Za-z][\w:-]+(?:\s[^<>\n]*)?/?>", " "),
    ("`", r"```(?:[a-z]+\n)?|`", ""),
    ("#", r"(?m)^[ \t]*#+[ \t]*", ""),
    (">", r"(?m)^[ \t]*>[ \t]*", ""),
    ("*", r"\*", ""),
    ("_", r"(?<![^\W_])_+(?=[^\W_])|(?<=[^\W_])_+(?![^\W_])", ""),
    ('"', r'"', ""),
)
"""In this order. Struck words are denied, so they go with their marks."""


def plain(text: str, keep: str = "") -> str:
    r"""Returns the words without their markup; a mark of `keep` stays.

    >>> plain(r"The **answer** is $\boxed{\text{C}}$, ~~A~~"), plain("C*", keep="*")
    ('The answer is C, ', 'C*')
    """
    for marks, pattern, words in _RULES:
        if not set(marks) & set(keep):
            text = re.sub(pattern, words, text)
    return text
