"""Writes the page of a pair and declares whose answers it shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.sample_pages import FOLDER, file_name
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.shown_items import shows_texts
from analysis.samples.page import render
from analysis.samples.pair_tasks import PairTasks, pair_tasks
from analysis.samples.prompt_texts import asked_samples
from analysis.samples.task_data import NO_SAMPLES, task_data
from analysis.settings import AnalysisConf
from clue import outgoing
from clue.common.atomic_write import write_atomic
from clue.marks import EXPLORATORY, meanings, union

PRIVACY = {
    "none": "This page shows no texts (text=none).",
    "open": "This page shows texts of open data only.",
    "all": "This page shows texts of all data (text=full): keep it where they may be read.",
}


def write_page(study: StudyCells, conf: AnalysisConf, name: str, task: str | None) -> Path:
    """Writes the page of a pair on one task or on all of its tasks; returns its path.

    Args:
        study: its cells.
        conf: validated settings.
        name: biomedical model, or `tuned:base`.
        task: None = every task that both models have.

    Raises:
        ConfigError: the study has no such pair.
        PairingError: the store has nothing to compare.
        StoreError: a table is damaged, or the folder cannot be written.
    """
    chosen = pair_tasks(study, conf, name, task)
    shown = conf.shown_answers
    tasks = []
    for one in chosen.tasks:
        is_shown, pair = shows_texts(one.match, shown), one.match.pair
        asked = asked_samples(study, conf, one.match.task, pair.prompt) if is_shown else NO_SAMPLES
        tasks.append(_marked(task_data(one, shown, asked), one, chosen))
    path = conf.folder / FOLDER / file_name(chosen.pair, task, is_declared=chosen.is_declared)
    write_atomic(path, render(heading(chosen, shown, tasks), tasks).encode())
    outgoing.declare(conf.folder, {path: shown})
    return path


def heading(chosen: PairTasks, shown: outgoing.Shown, tasks: Sequence[Any]) -> dict[str, Any]:
    """Returns the names and notes of a page."""
    pair = chosen.pair
    setting = f"Prompt setting {pair.prompt}."
    return {
        "tuned": pair.tuned,
        "base": pair.base,
        "prompt": pair.prompt,
        "setting": setting if chosen.is_declared else f"{setting} It is not the declared one.",
        "privacy": PRIVACY[shown],
        "meanings": [meanings(one["marks"]) for one in tasks],
    }


def _marked(data: dict[str, Any], one: AlignedPair, chosen: PairTasks) -> dict[str, Any]:
    exploratory = () if chosen.is_declared else (EXPLORATORY,)
    return data | {"marks": list(union(one.match.marks, exploratory))}
