"""Phrases that no text about results may contain, since no data support them.

"Not significant" is not "absent" (Altman and Bland 1995; Gates and Ealing 2019).
"""

import re
from collections.abc import Collection

BANNED: tuple[tuple[re.Pattern[str], Collection[str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), allowed)
    for pattern, allowed in (
        (r"\bno (significant )?difference", ()),
        (r"\bno effect", ()),
        (r"\bsame performance", ()),
        (r"\b(statistically )?equivalent|\bties?\b", ("equivalent", "detectable but small")),
        (r"\btrend(ing)? towards?\b", ()),
        (r"\bmarginally significant", ()),
        (r"\bp ?= ?0?\.0+\b", ()),
        (r"\bproves\b", ()),
        (r"\bfails? to improve\b(?!.*\bCI\b)", ()),
    )
)
"""Pattern, and the verdicts under which it may be said."""


def banned(text: str, verdict: str) -> list[str]:
    """Phrases of a text that must not stand in it under a verdict."""
    matches = (pattern.search(text) for pattern, allowed in BANNED if verdict not in allowed)
    return [match.group() for match in matches if match]
