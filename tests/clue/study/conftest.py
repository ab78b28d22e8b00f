"""A store of the fake backend, evaluated once, and studies that a command line declares on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clue import evaluate
from clue.config.schema import PathsConf
from clue.store.stored_tables import StoredTable, stored_tables
from clue.study.declaration import Declaration, declare
from clue.study.expected import Resolver
from clue.study.membership import Membership, membership
from clue.study.selection import choose
from clue.study.stored_models import stored_models
from tests.conftest import empty_store

PAIR = ("meditron7b", "llama2_7b")
BASELINES = ("baseline_majority", "baseline_random")
OTHER_WORDING = "Record: {premise}\nClaim: {hypothesis}\n\nReply with one word: what is it?"
STEPS: Mapping[str, tuple[Sequence[str], str, Mapping[str, Any]]] = {
    "three_shot": (PAIR, "mednli", {"prompt": "three_shot"}),
    "paper": (PAIR, "mednli", {}),
    "trial": (PAIR[:1], "mednli", {"limit": 5, "tasks.mednli.user": OTHER_WORDING}),
    "limited": (PAIR[1:], "mednli", {"limit": 5}),
    "zero_shot": (PAIR[:1], "mednli", {"prompt": "zero_shot"}),
    "own pair": (("aloe8b",), "mednli", {}),
    "baselines": (BASELINES, "mednli", {}),
    "presentations": (PAIR[:1], "longhealth1", {}),
    "one presentation": (PAIR[:1], "longhealth1", {"tasks.longhealth1.repeats": 1}),
}
"""Evaluations in their order: models, task and settings of each."""


@dataclass(frozen=True)
class Evaluated:
    """A store and its evaluations."""

    store: Path
    data: Path
    statuses: Mapping[str, Sequence[str]]
    """Name of an evaluation to the status of each of its cells."""
    tables: Mapping[str, Sequence[StoredTable]]
    """Name of an evaluation to the tables that it wrote, sorted by path."""

    def members(
        self, tables: Sequence[StoredTable], *words: str, data: Path | None = None
    ) -> Membership:
        """Where these tables belong in the study of a command line."""
        declaration = declared(*words, tables=tables)
        paths = PathsConf(str(data or self.data), "models", str(self.store))
        return membership(declaration, tables, Resolver(declaration, paths).cell)


def declared(*words: str, tables: Sequence[StoredTable] = ()) -> Declaration:
    """The study of a command line."""
    return declare(choose(words).conf, stored_models(tables))


@pytest.fixture(scope="session")
def evaluated(fresh_store: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    store = empty_store(fresh_store, tmp_path_factory.mktemp("evaluated") / "mlruns")
    paths = {"paths.data": str(data), "paths.mlruns": str(store), "paths.models": str(store)}
    statuses, tables = {}, {}
    for name, (models, task, settings) in STEPS.items():
        earlier = {table.path for table in stored_tables(store)}
        outcomes = evaluate(models, task, {"backend": "fake", **paths, **settings})
        statuses[name] = [outcome.status for outcome in outcomes]
        tables[name] = [one for one in stored_tables(store) if one.path not in earlier]
    return Evaluated(store, data, statuses, tables)
