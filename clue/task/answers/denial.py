"""Words that a text denies: "not A", "A is wrong", "neither A nor B", "A rather than B".

A denial reaches from its cue to the end of its clause. In doubt a mention is denied: an answer that
is not read is counted, and one that is read wrongly is not.
"""

import re
from functools import cache

_CUE = re.compile(
    r"\b(?:not(?!\s+only\b)|no(?!\s+(?:doubt|question)\b)|non|nor|never|cannot|nothing|none|hardly"
    r"|without(?!\s+(?:a\s+|any\s+)?doubt\b)|(?:is|are|was|does|do|did|ca|can|could|would|should)nt"
    r"|lacks?|lacking|absence|unlikely|impossible|fail(?:s|ed|ing)?\s+to|free\s+of|far\s+from"
    r"|(?:rather|less|other)\s+than|instead\s+of|as\s+opposed\s+to|except|excluding|excludes?"
    r"|exclud(?:e|ed)|rul(?:e|es|ed|ing)\s+out|reject(?:s|ed|ing)?|eliminat(?:e|es|ed|ing)"
    r"|den(?:y|ies|ied)|(?:wrong|incorrect|mistake|mistaken|misleading)\s+to|nicht|kein(?:e|en)?)\b|n't\b",
    re.I,
)
_CLAUSE = re.compile(
    r"[;:!?\n()\[\]{}|\u2013\u2014,→]|\.(?!\d)|\s-+\s"
    r"|\b(?:but|so|because|since|therefore|thus|hence|thereby|mak(?:es|ing)|which|while|whereas"
    r"|although|though|however|yet|sondern)\b"
    r"|\band\s+(?:is|it|this|so|hence|therefore|thus|rather)\b"
    r"|(?<!think )(?<!believe )(?<!that )(?<!say )(?<!if )(?<!whether )(?<!sure )"
    r"\b(?:it|this)\s+is\b",
    re.I,
)
_TOUCHING_CUE = re.compile(r"\bnot[\s(\"'\[{<-]*\Z", re.I)
_LIST_OF_NEITHER = re.compile(r"\bneither\b(?:(?!\b(?:n?or)\b)[^.;!?\n])*\Z", re.I)
_WRONG = (
    r"(?:not|wrong|incorrect|false|unlikely|impossible|excluded|eliminated|rejected|invalid"
    r"|ruled\s+out|inappropriate|unsupported|falsch)\b"
)
_VERB = (
    r"(?:is|are|was|were|does|do|did|can|could|would|should|may|must|has|have|seems?|looks?"
    r"|appears?|to\s+be|ist|sind)"
)
_DENIED_AFTER = re.compile(
    rf"\W{{0,3}}(?:\s*(?:both|all|option|answer|choice|label)s?\b)?\s*"
    rf"(?:{_VERB}(?:n't|\s+(?:\w+\s+){{0,3}}?{_WRONG})|cannot\b|can't\b|won't\b"
    rf"|[:=(,-]*\s*(?:no|not|false|wrong|incorrect|excluded|ruled\s+out|✗|✘|❌)(?=\W*(?:\Z|[.;,\n)]))"
    r"|\s*[✗✘❌]|\s*would\s+(?:\w+\s+)?(?:require|need|mean|imply|apply|hold)\b)",
    re.I,
)


def denied(text: str, start: int, end: int, *, item: str = r"(?!)") -> bool:
    """Tests if the text denies the words at `start` to `end`.

    Args:
        text: the answer.
        start: index of the first character.
        end: index after the last character.
        item: pattern of a word that may follow in a list: "A, B and C are wrong".

    >>> text = "not an entailment or a contradiction, so it is neutral"
    >>> [denied(text, text.index(word), text.index(word) + len(word))
    ...  for word in ("entailment", "contradiction", "neutral")]
    [True, True, False]
    """
    before = text[:start]
    clause = before[max((match.end() for match in _CLAUSE.finditer(before)), default=0) :]
    if _CUE.search(clause) or _TOUCHING_CUE.search(before) or _LIST_OF_NEITHER.search(before):
        return True
    others = _list(item).match(text, end)
    list_ends = {end, others.end() if others else end}
    return any(_DENIED_AFTER.match(text, index) for index in list_ends)


@cache
def _list(item: str) -> re.Pattern[str]:
    """Returns the pattern of a list that goes on: "A, B and C", or "A, B, C are"."""
    more = rf"(?:\s*,\s*(?:option\s+)?{item})*"
    return re.compile(
        rf"{more}\s*,?\s*(?:\b(?:and|or|nor)\b|&|/)\s*(?:an?\s+)?(?:option\s+)?{item}"
        rf"|{more}(?=\s+(?:are|were|do|can|could|should|have|must|all|both)\b)"
    )
