"""The form of an ICD-10-CM code: with and without its dot."""

import re

PATTERN = r"[A-Za-z][0-9Aa][0-9AaBb](?:\.[0-9A-Za-z]{1,4}|[0-9A-Za-z]{1,4})?"
_CODE = re.compile(PATTERN)


def bare(code: str) -> str:
    """Returns a code in MIMIC's notation: capitals, no dot.

    >>> bare("e11.9")
    'E119'
    """
    return code.replace(".", "").upper()


def dotted(code: str) -> str:
    """Returns a code in clinical notation: capitals, a dot after the third character.

    >>> dotted("e119"), dotted("I10")
    ('E11.9', 'I10')
    """
    plain = bare(code)
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def is_code(text: str) -> bool:
    """Tests if a text has the form of one code: three characters and up to four more.

    >>> is_code("E11.9"), is_code("Z99.9"), is_code("E11.9, I10")
    (True, True, False)
    """
    return _CODE.fullmatch(text) is not None
