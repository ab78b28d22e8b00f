"""Marks of results that are made up, partial or outside of a study; every output shows them.

A mark is a word or a few. The marks of a cell follow from its facts (`clue.tracking.tags.facts`),
which its records table carries, so that a copied store or a single table is marked as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

EXPLORATORY = "exploratory"
ONLY_TUNED_THINKS = "only the tuned model thinks"
ONLY_BASE_THINKS = "only the base thinks"
THINK_DIFFERENTLY = "the two think differently"
"""Marks of pairs: an analysis sets them, not the facts of a cell."""
THINKING_TOO = "the difference is that of training and of thinking together"
SETTINGS_TOO = "the difference is that of training and of these settings together"
"""Clauses on the difference of a pair with these marks."""
FICTIONAL = "fictional data"
PARTIAL = "partial"
LIMIT = f"{PARTIAL}: limit "
"""Begins the mark of a cell that a limit cut short; the limit follows."""
BACKENDS = {"fake": "fake answers", "baseline": "baseline", "synthetic": "synthetic scores"}
"""Backend whose answers or scores are no model's, to its mark."""
MADE_UP = (BACKENDS["fake"], BACKENDS["synthetic"], FICTIONAL)
"""Marks of results that support no claim about a model."""
_ONE_THINKS = (
    f"One model of a pair thinks before it answers and the other answers at once: {THINKING_TOO}."
)
MEANINGS = {
    "fake answers": "Random words replace the answers of a model.",
    "baseline": "A rule answers, not a model.",
    "synthetic scores": "The scores are drawn at random and belong to no model.",
    FICTIONAL: "The data are made up. They show the form of a result and support no claim.",
    PARTIAL: "A limit leaves samples out.",
    "trial": "A cell does not belong to the study.",
    ONLY_TUNED_THINKS: _ONE_THINKS,
    ONLY_BASE_THINKS: _ONE_THINKS,
    THINK_DIFFERENTLY: (
        f"The models of a pair think with different modes, budgets or requests: {SETTINGS_TOO}."
    ),
    EXPLORATORY: "The prompt setting is not the declared one.",
}
"""Kind of mark to its meaning, in the order in which marks are written."""
MAX_NAMES = 3
"""Names of models in a text."""

Marks = tuple[str, ...]


def of_facts(facts: Mapping[str, Any], *, partial: bool) -> Marks:
    """Returns the marks of a cell.

    Args:
        facts: of the cell; one that is absent gives no mark.
        partial: `is_partial`, or the judgement of a study that declares limits.

    >>> of_facts({"generation": {"backend": {"name": "fake"}}, "demo": True}, partial=False)
    ('fake answers', 'fictional data')
    """
    backend = facts.get("generation", {}).get("backend", {}).get("name")
    marks = [
        (BACKENDS.get(backend, ""), backend in BACKENDS),
        (BACKENDS["synthetic"], bool(facts.get("synthetic"))),
        (FICTIONAL, bool(facts.get("demo"))),
        (f"{LIMIT}{facts.get('limit')}", partial),
    ]
    return union(mark for mark, applies in marks if applies)


def is_partial(facts: Mapping[str, Any], records: int) -> bool:
    """True if a limit cut the samples of a cell short.

    A limit that the data do not reach changes nothing. The limit counts records of one draw: a
    sample that is presented in several orders has several.

    Args:
        facts: of the cell.
        records: number of its records, further draws of a prompt not counted.

    >>> is_partial({"limit": 5}, 5), is_partial({"limit": 5}, 4), is_partial({"limit": None}, 5)
    (True, False, False)
    """
    return facts.get("limit") == records


def union(*marks: Iterable[str]) -> Marks:
    """Returns all marks once, made-up results first; marks without a meaning here come last.

    >>> union(["fictional data", "partial: limit 20"], ["partial: limit 5", "fake answers"])
    ('fake answers', 'fictional data', 'partial: limit 5', 'partial: limit 20')
    """
    return tuple(sorted({mark for several in marks for mark in several}, key=_order))


def is_made_up(marks: Iterable[str]) -> bool:
    """True if answers, scores or data are made up, so that no result is a finding.

    >>> is_made_up(["partial: limit 5"]), is_made_up(["fictional data"])
    (False, True)
    """
    return any(mark in MADE_UP for mark in marks)


def common(marks: Iterable[Iterable[str]]) -> Marks:
    """Returns the marks that all have; none of nothing.

    >>> common([["fictional data", "baseline"], ["fictional data"]])
    ('fictional data',)
    """
    sets = [set(several) for several in marks]
    return union(set.intersection(*sets)) if sets else ()


def joined(marks: Iterable[str]) -> str:
    """Returns marks as one text, for a column or a tag; empty if there is none."""
    return "; ".join(marks)


def written(marks: Sequence[str]) -> str:
    """Returns marks as one text for people, with all limits in one mark.

    >>> written(["fake answers", "partial: limit 5", "partial: limit 20"])
    'fake answers; partial: limit 5, 20'
    """
    limits = [mark.removeprefix(LIMIT) for mark in marks if mark.startswith(LIMIT)]
    all_limits = LIMIT + ", ".join(limits)
    return joined(dict.fromkeys(all_limits if m.startswith(LIMIT) else m for m in marks))


def marked(marks: Sequence[str], text: str) -> str:
    """Returns a text that begins with its marks; the text itself if there is none.

    >>> marked(["fake answers", "fictional data"], "a scored 2 points higher than b.")
    '[fake answers; fictional data] a scored 2 points higher than b.'
    """
    return f"[{written(marks)}] {text}" if marks else text


def labelled(name: str, marks: Iterable[str], shared: Iterable[str] = ()) -> str:
    """Returns a name with its marks, except those that all of its neighbours share.

    >>> labelled("baseline_copy", ["baseline", "fictional data"], ["fictional data"])
    'baseline_copy [baseline]'
    """
    own = [mark for mark in marks if mark not in set(shared)]
    return f"{name} [{written(own)}]" if own else name


def described(marks: Mapping[str, Iterable[str]], most: int = MAX_NAMES) -> str:
    """Returns the marks of several models as text, with the models of a mark that not all have.

    Args:
        marks: name of a model to its marks.
        most: more names than these are counted.

    >>> described({"a": ["fake answers", "fictional data"], "b": ["fictional data"]})
    'fake answers (a); fictional data'
    """
    sets = {name: set(several) for name, several in marks.items()}
    parts = []
    for mark in union(*sets.values()):
        names = [name for name, several in sets.items() if mark in several]
        listed = ", ".join(names) if len(names) <= most else f"{len(names)} of {len(sets)}"
        parts.append(mark if len(names) == len(sets) else f"{mark} ({listed})")
    return written(parts)


def meanings(marks: Iterable[str]) -> str:
    """Returns a sentence for each kind of mark; empty for marks without a meaning here.

    >>> meanings(["partial: limit 5", "partial: limit 20"])
    'A limit leaves samples out.'
    """
    kinds = map(_kind, marks)
    return " ".join(dict.fromkeys(MEANINGS[kind] for kind in kinds if kind in MEANINGS))


def _kind(mark: str) -> str:
    return mark.partition(":")[0]


def _order(mark: str) -> tuple[int, int, str]:
    kinds = [*MEANINGS]
    kind = _kind(mark)
    return (kinds.index(kind) if kind in kinds else len(kinds), len(mark), mark)
