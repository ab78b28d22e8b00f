"""Patterns around a label: marks, headings, and words that state it as the answer."""

import re

MARKS = "*_`\"'“”.,:;!()[]{}<> \t\n"
"""Marks around an answer that is nothing but a label."""

BEFORE = r"(?<![^\W_])(?<![^\W_][-_'\u2019])(?<!\d[.,])"
AFTER = r"(?![^\W_])(?![-_'\u2019][^\W_])(?![.,]\d)"
"""Not within a word, a compound ("non-urgent") or a number (2 in 2.5)."""
WORDS = ("a", "i", "no", "not")
"""Labels that are also frequent words: they count before `END` only."""
END = r"(?=\s*(?:[^\w\s]|$|(?:or|and|because|since)\b))"
"""A mark, the end of a line, a reason, or a second label."""
INTRODUCTION = r"(?i:answer|option|choice|label|class|category)(?i:\s+is)?\s*[:=]?\s*[*\"'(\[]*"
NO_HEADING = re.compile(r"\A")
ARTICLE = re.compile(r"\A\W*(?:the|an?)\s+", re.I)
BULLET = re.compile(r"\A\s*(?:[-\u2022\u2192]|\d+[.)])\s+")
HEADING = re.compile(
    r"\A\W*(?:(?:the|my|correct|right|best|final|most likely)\s+)*(?:answer|option|choice|label"
    r"|class|category|classification|relation(?:ship)?|output|response|prediction|verdict|conclusion)"
    r"(?:\s+is)?\s*[:=-]*\s*",
    re.I,
)
SENTENCE_END = re.compile(
    r"[.!;:](?=\s|$)|\s[-\u2013\u2014]+\s|\u2014|,?\s+(?:because|since|as|given|due)\b"
    r"|,\s+(?=not?\b)|\s+\(|\n",
    re.I,
)
ALTERNATIVE = re.compile(r"\W*(?:or|and|nor|vs\.?|versus|/|&|\?)(?!\w)", re.I)
_LINK = r"(?:\s+(?:is|was|be|would be|should be|must be|has to be))?"
_ARTICLE = r"\s*[:=>\u2192-]*\s*(?:(?:an?|the|clearly|likely|probably|most likely)\s+)?\W{0,3}\Z"
_CONCLUSION = re.compile(
    r"(?:\b(?:so|therefore|thus|hence|consequently|overall|in (?:conclusion|summary)|making"
    r"|makes)\b,?(?:\s+(?:it|this|that|them|the (?:correct |right |final |best )?\w+|i\s+\w+))?"
    r"|\bfinal\s+\w+|\bconclusion)" + _LINK + _ARTICLE,
    re.I,
)
_STATEMENT = re.compile(
    r"\b(?:(?:answer|label|class|category|classification|relation(?:ship)?|option|choice|output"
    r"|prediction|verdict|decision|result|judge?ment|response)" + _LINK + "|"
    r"(?:choose|chose|select|pick|go with|classify|label|call|say)(?:\s+(?:it|this|that|as|for))*)"
    + _ARTICLE,
    re.I,
)
STATEMENTS = (_CONCLUSION, _STATEMENT)
"""Words before a label that state it as the answer, the most explicit first."""
DENIAL_IN_LABEL = re.compile(r"\b(?:no|not|non|never|without|none)\b", re.I)
