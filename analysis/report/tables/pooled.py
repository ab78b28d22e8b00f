"""The tables of all pairs together: other analyses, kinds of pairs."""

from collections.abc import Mapping
from typing import Any

from analysis.names import display_name
from analysis.paired_study.results import PromptResults
from analysis.paired_study.sensitivity import PRIMARY
from analysis.report import selectors
from analysis.report.document import Table
from analysis.report.tables.pairs import NONE


def sensitivity(setting: PromptResults, says: Mapping[str, str]) -> Table:
    """The pooled answer under every analysis."""
    level = selectors.highest(setting)[0]
    body = [
        [name, *_answer(of[level]), says.get(name, "as declared")]
        for name, of in sorted(setting.answers.items(), key=lambda item: item[0] != PRIMARY)
        if level in of
    ]
    return Table(
        "sensitivity",
        f"{display_name(level)} under other analyses",
        ["analysis", "pairs", "pooled [95 % CI]", "these pairs [95 % CI]", "what it changes"],
        body,
        "Points. Analyses that leave out items by how they were answered are conditional on it.",
    )


def moderators(setting: PromptResults) -> Table:
    """Kinds of pairs: exploratory."""
    body = [
        [
            *_kind(each),
            str(len(each["pairs"])),
            _of(each["mean"]),
            _of(each["against_others"]) if each["against_others"] else str(each["refused"]),
        ]
        for each in setting.moderators
    ]
    return Table(
        "moderators",
        "Kinds of pairs",
        ["level", "kind", "pairs", "mean [95 % CI]", "against the others [95 % CI]"],
        body,
        "Exploratory: few pairs carry each line, and they differ in more than the kind named.",
    )


def _kind(said: Mapping[str, Any]) -> tuple[str, str]:
    """Level and kind; the contrast of the levels is of all pairs."""
    if said["moderator"] == "level":
        return " minus ".join(map(display_name, said["level"].split(" - "))), "all"
    return display_name(said["level"]), f"{said['moderator']}: {said['kind']}"


def _answer(said: Mapping[str, Any]) -> list[str]:
    pooled = NONE
    if said.get("refused") is None and said.get("mu") is not None:
        pooled = _of(said)
    return [str(said.get("k", len(said.get("pairs", ())))), pooled, _of(said["fixed_set"])]


def _of(said: Mapping[str, Any]) -> str:
    low, high = said["ci95"]
    if low is None or low != low:
        return f"{said['mu']:.2f}"
    return f"{said['mu']:.2f} [{low:.2f} to {high:.2f}]"
