"""The synthetic study with more pairs, other names, or a single pair: its results, renamed."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from analysis.paired_study import StudyResults
from analysis.paired_study.results import PromptResults

LONG = "an_instruction_tuned_model_of_a_very_long_name"
Rename = Callable[[str], str]


def repeated(results: StudyResults, times: int) -> StudyResults:
    """All pairs several times, under other names."""
    copies = [
        _renamed(results, lambda name, n=n: f"{name}_{n}" if n else name) for n in range(times)
    ]
    return _joined(copies)


def with_long_names(results: StudyResults) -> StudyResults:
    """All pairs with names that no column has room for."""
    return _renamed(results, lambda name: f"{LONG}_{name}")


def first_pair(results: StudyResults) -> StudyResults:
    """The study of one pair."""
    pair = results.settings[0].rows[0].key.pair
    models = pair.split(" - ")
    setting = results.settings[0]
    return replace(
        results,
        settings=[_only(setting, pair)],
        aligned=[one for one in results.aligned if one.match.pair.name == pair],
        standings={
            prompt: [one for one in standings if one.model in models]
            for prompt, standings in results.standings.items()
        },
    )


def _only(setting: PromptResults, pair: str) -> PromptResults:
    content = setting.format_content
    return replace(
        setting,
        rows=[row for row in setting.rows if row.key.pair == pair],
        answers={},
        format_content=replace(content, rows=[r for r in content.rows if r.key.pair == pair]),
    )


def _joined(copies: list[StudyResults]) -> StudyResults:
    first = copies[0]
    settings = [one.settings[0] for one in copies]
    content = settings[0].format_content
    splits = [row for setting in settings for row in setting.format_content.rows]
    setting = replace(
        settings[0],
        rows=[_of_family(row, len(copies)) for one in settings for row in one.rows],
        format_content=replace(content, rows=splits),
    )
    return replace(
        first,
        settings=[setting],
        aligned=[pair for one in copies for pair in one.aligned],
        standings={
            prompt: [standing for one in copies for standing in one.standings[prompt]]
            for prompt in first.standings
        },
    )


def _renamed(results: StudyResults, rename: Rename) -> StudyResults:
    setting = results.settings[0]
    content = setting.format_content
    return replace(
        results,
        settings=[
            replace(
                setting,
                rows=[_row(row, rename) for row in setting.rows],
                format_content=replace(content, rows=[_row(row, rename) for row in content.rows]),
            )
        ],
        aligned=[_changed(pair, {"match": _match(pair.match, rename)}) for pair in results.aligned],
        standings={
            prompt: [replace(one, model=rename(one.model)) for one in standings]
            for prompt, standings in results.standings.items()
        },
    )


def _row(row: Any, rename: Rename) -> Any:
    key = row.key
    names = {name: rename(getattr(key, name)) for name in ("tuned", "base")}
    return row._replace(key=replace(key, **names))


def _of_family(row: Any, times: int) -> Any:
    """The row in a family of hypotheses that is larger."""
    judgement = row.judgement
    return row._replace(judgement=replace(judgement, hypotheses=times * judgement.hypotheses))


def _match(match: Any, rename: Rename) -> Any:
    pair = match.pair
    names = {name: rename(getattr(pair, name)) for name in ("tuned", "base")}
    return _changed(match, {"pair": _changed(pair, names)})


def _changed(value: Any, changes: Mapping[str, Any]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        known = {field.name for field in fields(value)}
        return replace(value, **{k: v for k, v in changes.items() if k in known})
    return value._replace(**changes)
