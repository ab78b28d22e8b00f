"""ICD-10-CM codes: F1 of whole codes and of their categories, share of billable ones.

Dada et al. 2025, section 4. Answers and references are lists of codes joined by ", ". The plain
metrics take them as sets; those with `_upstream` follow the authors' code, where a repeated code
counts as often as it was written and a heading counts as valid.
"""

from collections.abc import Callable, Collection, Sequence

from clue import icd
from clue.metrics.options import Scores, Scoring

VERSION = "0.1.0"
"""Version of the rules below, in signatures: another one scores every cell again."""
CATEGORY = 3
"""Characters of a category: what the approximate match compares."""

Rule = Callable[[Sequence[str], Sequence[str]], float]


def signature(name: str, scoring: Scoring) -> str:
    """What made the score; only the share of valid codes depends on the releases."""
    counted = "codes as written" if RULES[name] in (exact_upstream, valid_upstream) else "sets"
    made = f"{name}|clue {VERSION}|{counted}"
    return f"{made}|{icd.release()}" if "valid" in name else made


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """An answer without a code scores 0."""
    pairs = [
        (_split(answer), _split(reference))
        for answer, reference in zip(answers, references, strict=True)
    ]
    return {name: [RULES[name](*pair) for pair in pairs] for name in names}


def exact(answered: Sequence[str], right: Sequence[str]) -> float:
    """F1 of the sets of codes."""
    return _f1(set(answered), set(right))


def approximate(answered: Sequence[str], right: Sequence[str]) -> float:
    """F1 of the sets of categories."""
    return _f1(_categories(answered), _categories(right))


def valid(answered: Sequence[str], right: Sequence[str]) -> float:
    """Share of the distinct codes that are billable in some release."""
    distinct = set(answered)
    return _share(distinct, icd.code_list().billable)


def exact_upstream(answered: Sequence[str], right: Sequence[str]) -> float:
    """F1 of the lists: a repeated code counts repeatedly."""
    return _f1(answered, right)


def valid_upstream(answered: Sequence[str], right: Sequence[str]) -> float:
    """Share of the codes, repeats included, that are a code or a heading."""
    return _share(answered, icd.code_list())


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


def _share(codes: Collection[str], known: "Collection[str] | icd.CodeList") -> float:
    return sum(code in known for code in codes) / len(codes) if codes else 0.0


def _f1(answered: Collection[str], right: Collection[str]) -> float:
    """Harmonic mean of precision and recall; 0 where nothing agrees."""
    precision = _share(answered, right)
    recall = _share(right, answered)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
