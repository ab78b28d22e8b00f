"""The items of each pair that changed most, and where all of its items are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.configuration import setting_words
from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import AlignedPair, task_score
from analysis.paired_study.shown_items import shown_names, shows_texts
from analysis.report import selectors
from analysis.report.item_links import AllItems, all_items, item_anchor
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
    """Those that lost most first; empty if both models score the same on every item."""
    lost: int = 0
    """Items on which the biomedical model scores lower."""
    pair_anchor: str = "items"
    anchor: str = "items-of-task"
    all_items: AllItems = field(default_factory=AllItems)


def most_changed(
    results: StudyResults, conf: AnalysisConf, folder: Path | None = None
) -> Iterator[ChangedItems]:
    """Yields the most changed items of each pair and task under the reported prompt setting.

    Args:
        results: of the study.
        conf: of the analysis.
        folder: of the report, where pages of all items may be; None = `conf.folder`.
    """
    settings = setting_words(conf)
    for pair in selectors.reported_pairs(results):
        scores, match = task_score(pair), pair.match
        if scores is not None:
            yield ChangedItems(
                match.pair.name,
                marked(match.marks, display_name(match.task)),
                _items(pair, scores, conf),
                int((scores.differences < 0).sum()),
                item_anchor(match.pair.name),
                item_anchor(match.pair.name, match.task),
                all_items(match, conf, folder or conf.folder, settings),
            )


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
