"""The items that changed most, with the answers of both models.

Answers to open data are shown unless `text=none`. For credentialed data, only scores and digests of
prompts are shown, unless `text=full` declares that the page stays where the answers may be read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import AlignedPair
from analysis.report import selectors
from analysis.settings import AnalysisConf
from analysis.stats.paired import Paired
from clue.marks import marked
from clue.store.records_table import answer_texts

ITEMS_PER_DIRECTION = 3
"""Items shown for each pair and task, in each direction."""
MAX_CHARACTERS = 600
"""Characters shown of an answer; the tables of records have all of it."""


DIGITS = 12
"""Digits of a prompt's digest that are shown, as in messages of a run."""


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
        scores = selectors.task_score(pair)
        if scores is not None and (items := _items(pair, scores, conf)):
            task = marked(pair.match.marks, display_name(pair.match.task))
            yield ChangedItems(pair.match.pair.name, task, items)


def _items(pair: AlignedPair, scores: Paired, conf: AnalysisConf) -> list[ChangedItem]:
    order = np.argsort(scores.differences, kind="stable")
    extremes = [*order[:ITEMS_PER_DIRECTION], *order[::-1][:ITEMS_PER_DIRECTION]]
    indices = [int(index) for index in dict.fromkeys(extremes) if scores.differences[index]]
    ids = [scores.ids[index] for index in indices]
    answers = _answers(pair, ids) if _may_show(pair, conf) else {}
    names = _names(pair, conf)
    return [
        ChangedItem(
            names[one], float(scores.base[index]), float(scores.tuned[index]), answers.get(one)
        )
        for one, index in zip(ids, indices, strict=True)
    ]


def _names(pair: AlignedPair, conf: AnalysisConf) -> Mapping[str, str]:
    """Shown name of each item by its id: an id of credentialed data names a note or a stay."""
    columns = pair.match.base.columns
    if pair.match.is_open or conf.shown_answers == "all":
        return {name: name for name in columns.ids}
    prompts = zip(columns.ids[::-1], columns.prompts[::-1], strict=True)
    return {name: f"prompt {prompt[:DIGITS]}" for name, prompt in prompts}


def _may_show(pair: AlignedPair, conf: AnalysisConf) -> bool:
    """Tests if the page may show the answers of a pair."""
    return conf.shown_answers == "all" or (conf.shown_answers == "open" and pair.match.is_open)


def _answers(pair: AlignedPair, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Answers to the first presentation of each item, the first draw; empty without answers."""
    cells = (pair.match.base, pair.match.tuned)
    if any(cell.facts.get("text", "full") != "full" for cell in cells):
        return {}
    base, tuned = (answer_texts(cell.path, ids) for cell in cells)
    return {name: (_shortened(base[name]), _shortened(tuned[name])) for name in ids}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else f"{line[:MAX_CHARACTERS]} …"
