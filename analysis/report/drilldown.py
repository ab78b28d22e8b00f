"""The items that changed most, with the answers of both models, as far as they may be shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import AlignedPair, task_score
from analysis.paired_study.shown_items import shown_names, shows_texts
from analysis.report import selectors
from analysis.settings import AnalysisConf
from analysis.stats.paired import Paired
from clue.marks import marked
from clue.store.records_table import answer_texts

ITEMS_PER_DIRECTION = 3
"""Items shown for each pair and task, in each direction."""
MAX_CHARACTERS = 600
"""Characters shown of an answer; the tables of records have all of it."""


@dataclass(frozen=True)
class ChangedItem:
    """An item on which the models of a pair score differently."""

    name: str
    """Its id; of credentialed data the digest of its prompt, a column of the tables of records."""
    base: float
    """Task score, in points."""
    tuned: float
    answers: tuple[str, str] | None
    """Answers of base and tuned model; None where they may not be shown."""


@dataclass(frozen=True)
class ChangedItems:
    """The items of a pair on a task that changed most."""

    pair: str
    task: str
    """Name of the task after the marks of both cells."""
    items: Sequence[ChangedItem]


def most_changed(results: StudyResults, conf: AnalysisConf) -> Iterator[ChangedItems]:
    """Yields the most changed items of each pair and task under the reported prompt setting."""
    for pair in selectors.reported_pairs(results):
        scores = task_score(pair)
        if scores is not None and (items := _items(pair, scores, conf)):
            task = marked(pair.match.marks, display_name(pair.match.task))
            yield ChangedItems(pair.match.pair.name, task, items)


def _items(pair: AlignedPair, scores: Paired, conf: AnalysisConf) -> list[ChangedItem]:
    order = np.argsort(scores.differences, kind="stable")
    extremes = [*order[:ITEMS_PER_DIRECTION], *order[::-1][:ITEMS_PER_DIRECTION]]
    indices = [int(index) for index in dict.fromkeys(extremes) if scores.differences[index]]
    ids = [scores.ids[index] for index in indices]
    shown = conf.shown_answers
    answers = _answers(pair, ids) if shows_texts(pair.match, shown) else {}
    names = shown_names(pair.match, shown)
    return [
        ChangedItem(
            names[one], float(scores.base[index]), float(scores.tuned[index]), answers.get(one)
        )
        for one, index in zip(ids, indices, strict=True)
    ]


def _answers(pair: AlignedPair, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Answers to the first presentation of each item, the first draw."""
    base, tuned = (answer_texts(cell.path, ids) for cell in pair.cells)
    return {name: (_shortened(base[name]), _shortened(tuned[name])) for name in ids}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else f"{line[:MAX_CHARACTERS]} …"
