"""Characters that look or mean the same in one form: full-width, invisible, quotes, dashes."""

import re
import unicodedata

_LIST_NUMBER = re.compile(r"[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]|\d\ufe0f?\u20e3")
"""Circled and bracketed numbers, keycaps: a list item may touch them."""
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2043\u2212", "-"),
        "\u3002": ".",
        "\u3001": ",",
    }
)
_LOOKALIKES = str.maketrans(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405\u0406\u0408"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7",
    "ABEKMHOPCTXSIJ" + "ABEZHIKMNOPTX",
)


def normalised(text: str) -> str:
    r"""Returns the text with compatible characters composed and invisible ones removed.

    >>> normalised("\uff23\uff1a \u2018I10\u200b\u2019"), normalised("\u2460I10")
    ("C: 'I10'", ' I10')
    """
    if text.isascii():  # nothing to replace: options are read again for every answer
        return text
    text = unicodedata.normalize("NFKC", _LIST_NUMBER.sub(" ", text.translate(_SAME)))
    visible = (char for char in text if unicodedata.category(char) != "Cf")
    return "".join(visible).translate(_SAME).replace("\ufe0f", "")


def latin_capitals(text: str) -> str:
    r"""Returns the text with Cyrillic and Greek capitals replaced by their Latin lookalikes.

    >>> latin_capitals("\u040610")
    'I10'
    """
    return text.translate(_LOOKALIKES)
