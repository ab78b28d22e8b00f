"""JSON of files and answers that may be damaged or hostile."""

import json
from typing import Any


def parse(content: str | bytes) -> Any:
    """Returns the value of a JSON text.

    Raises:
        ValueError: it is no JSON, bytes are not UTF-8, or it has too many levels or digits. A
            `JSONDecodeError` gives the position.

    >>> parse(b'{"format": 2}')
    {'format': 2}
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is JSON of too many levels") from None
    except ValueError as error:
        if isinstance(error, (json.JSONDecodeError, UnicodeError)):
            raise
        raise ValueError("it has a number of too many digits") from None


def problem(error: ValueError, *, position: bool = True) -> str:
    """Returns the reason of an error of `parse`, without a word of the text.

    Args:
        error: of `parse`.
        position: add line and column, where they are known.
    """
    if not isinstance(error, json.JSONDecodeError):
        return "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
    return f"{error.msg} in line {error.lineno}, column {error.colno}" if position else error.msg
