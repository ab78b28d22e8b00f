"""A small declared study and stores with cells that fit it, made by hand: quick, and exact."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from clue.cli.store.parser import main
from clue.config.schema import PathsConf
from clue.records import Message, Prompt, Record
from clue.store.completions import CellStore
from clue.study import stored_studies
from clue.study.declaration import CellKey, declare, load
from clue.study.expected import ExpectedCell, Resolver
from tests.analysis.paired_study.stores import cell, record

STUDY = """
name: tiny
models: [meditron7b]
tasks: [meqsum]
backends: [fake]
families: [tasks]
settings:
  paths.data: demo
  tasks.meqsum.metrics: [rouge1]
  tasks.meqsum.score: [rouge1]
"""
KEY = CellKey("paper", "meditron7b", "meqsum")
BASE = KEY._replace(model="llama2_7b")
SAMPLES = 37
"""Samples of the fictional data that are scored."""


def write_studies(
    folder: Path, monkeypatch: pytest.MonkeyPatch, contents: Mapping[str, str]
) -> None:
    """Write study files, the only ones that a listing reads."""
    (folder / "study").mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / "study" / f"{name}.yaml").write_text(text)
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(folder))
    monkeypatch.setattr(stored_studies, "names", lambda: sorted(contents))


@functools.cache
def expected(key: CellKey) -> ExpectedCell:
    """The declared cell, resolved once for all tests."""
    return Resolver(declare(load("tiny")), PathsConf(data="demo")).cell(key)


def fitting(store: Path, key: CellKey = KEY, scores: float = 0.5, **facts: Any) -> Path:
    """Write a cell that fits the study, its settings and answers; returns its table.

    Args:
        store: the store.
        key: of the declared cell.
        scores: of all records: cells with other scores have other records.
        facts: other facts; `backend` is its identity besides the name, `size` the number of
            records, `label` the model's name.
    """
    wanted = expected(key)
    generation = {
        "protocol": dict(wanted.task.protocol),
        "model": dict(wanted.model),
        "decoding": "greedy",
        "backend": {"name": "fake", **facts.pop("backend", {})},
    }
    size = facts.pop("size", SAMPLES)
    defaults = {
        "generation": generation,
        "signatures": facts.pop("signatures", dict(wanted.task.signatures)),
        "score": ["rouge1"],
        "versions": dict(wanted.task.versions),
        "demo": True,
        "prompt": key.prompt,
        "access": "open",
    }
    records = [record(f"s{number}", {"rouge1": scores}) for number in range(size)]
    model = facts.pop("label", key.model)
    path = cell(store, model, key.task, records, **{**defaults, **facts})
    folder = CellStore(path.parent)
    with folder.locked():
        folder.describe(facts.get("generation", generation))
        for entry in records:
            folder.append(_prompt(entry), entry.completion)
    return path


def command(store: Path, *words: str) -> int:
    """Run `clue store <words>` on a store with the fictional data."""
    with_data = ("list", "use", "remove")
    data = ["--data", "demo"] if words[0] in with_data else []
    return main([words[0], "--mlruns", str(store), *data, *words[1:]])


def _prompt(entry: Record) -> Prompt:
    return Prompt(entry.sample_id, (Message("user", "q"),), 8)
