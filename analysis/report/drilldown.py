"""The items that changed most, for people who want to see why.

Answers are shown where the data are open; of credentialed data ids and scores only, unless
`text=full` says that the page stays where they may be read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import AlignedPair, weighted_mean
from analysis.report import selectors
from analysis.settings import AnalysisConf
from clue.store.records_table import answer_texts

MOST = 3
"""Items shown of each pair and task, in each direction."""
LONGEST = 600
"""Characters of an answer; the rest is in the tables of records."""


@dataclass(frozen=True)
class Item:
    """An item on which the models of a pair differ."""

    sample_id: str
    base: float
    """Task score, in points."""
    tuned: float
    answers: tuple[str, str] | None
    """What base and tuned model answered; None where it may not be shown."""


@dataclass(frozen=True)
class Changed:
    """The items of a pair on a task that changed most."""

    pair: str
    task: str
    items: Sequence[Item]


def changed(results: StudyResults, conf: AnalysisConf) -> Iterator[Changed]:
    """Of every pair on every task under the declared prompt setting."""
    setting = selectors.declared(results)
    for each in results.aligned:
        scored = bool(each.alignment.ids) and set(each.score) <= set(each.metrics)
        if setting and each.match.pair.prompt == setting.prompt and scored:
            items = _items(each, conf)
            if items:
                yield Changed(each.match.pair.name, display_name(each.match.task), items)


def _items(each: AlignedPair, conf: AnalysisConf) -> list[Item]:
    parts = [each.metrics[name] for name in each.score]
    series = weighted_mean(parts, [1 / len(parts)] * len(parts))
    order = np.argsort(series.differences, kind="stable")
    places = [*order[:MOST], *order[::-1][:MOST]]
    shown = [int(place) for place in dict.fromkeys(places) if series.differences[place]]
    ids = [series.ids[place] for place in shown]
    answers = _texts(each, ids) if _allowed(each, conf) else {}
    return [
        Item(name, float(series.base[place]), float(series.tuned[place]), answers.get(name))
        for name, place in zip(ids, shown, strict=True)
    ]


def _allowed(each: AlignedPair, conf: AnalysisConf) -> bool:
    return conf.text == "full" or each.match.is_open


def _texts(each: AlignedPair, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """First presentation of each item; a table without its texts has none to show."""
    cells = (each.match.base, each.match.tuned)
    if any(cell.facts.get("text", "full") != "full" for cell in cells):
        return {}
    base, tuned = (answer_texts(cell.path, ids) for cell in cells)
    return {name: (_cut(base[name]), _cut(tuned[name])) for name in ids}


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} …"
