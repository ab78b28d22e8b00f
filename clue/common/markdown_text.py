"""Text in Markdown (GitHub flavour) that stays text: the gate for Markdown."""

import re

from clue.common.visible import one_line, visible

CODE = re.compile(r"(?<![`\\])(`+)(?!`).*?[^`]\1(?!`)", re.DOTALL)
"""A code span: text between two runs of backticks of one length."""
ENTITIES = (
    (re.compile(r"&(?=#?\w+;)"), "&amp;"),
    (re.compile(r"<(?=[A-Za-z/!?])"), "&lt;"),  # HTML; `p < .05` is none
    (re.compile(r"!(?=\[)"), "&#33;"),  # an image, which a viewer loads from its address
    (re.compile(r"\](?=[\[(:])"), "&#93;"),
    (re.compile(r"\*(?=[^\W_])|(?<![^\W_])\*(?=\S)"), "&#42;"),  # begins emphasis, as in `*a`
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), "&#95;"),
    (re.compile(r"~(?=~)|(?<=~)~"), "&#126;"),
)
"""What begins markup, as entities: a backslash before an entity cannot undo it."""


def markdown_text(text: str) -> str:
    """Returns one line of text without markup of its own; `code spans` stay.

    >>> markdown_text("a <b>name</b> with `<code>`, p < .05")
    'a &lt;b>name&lt;/b> with `<code>`, p < .05'
    >>> markdown_text("m*: *not* m**")
    'm*: &#42;not* m**'
    >>> markdown_text("__a__ model_name")
    '&#95;&#95;a&#95;&#95; model_name'
    """
    line = one_line(text)
    parts, end = [], 0
    for span in CODE.finditer(line):
        parts += [_plain(line[end : span.start()]), span[0]]
        end = span.end()
    return "".join([*parts, _plain(line[end:])])


def code_block(text: str) -> str:
    """Returns a block of code that no line of the text ends."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{visible(text)}\n{fence}"


def _plain(text: str) -> str:
    for markup, entity in ENTITIES:
        text = markup.sub(entity, text)
    return text
