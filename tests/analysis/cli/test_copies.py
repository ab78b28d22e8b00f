"""Copying a store changes nothing: any way of copying it gives the same analysis, byte for byte."""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.__main__ import main
from clue import evaluate
from clue.cli.store.parser import main as store_command
from clue.store.stored_tables import stored_tables
from tests.clue.study.variants import variant
from tests.conftest import empty_store

SMALL = ("flips=999", "draws=999", "sensitivity=false")
STUDY = (
    *("models=meditron7b,aloe8b", "tasks=mednli,longhealth3", "backends=fake"),
    *("settings.paths.data=demo", "settings.limit=9"),
)
FILES = ("cells.csv", "summary.json", "report.html")
ZONES = ("Pacific/Kiritimati", "America/St_Johns")


@pytest.fixture(scope="module")
def original(fresh_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which times and names could matter: trials, twins, and two cells that fit."""
    store = empty_store(fresh_store, tmp_path_factory.mktemp("original") / "mlruns")
    common = {"backend": "fake", "paths.data": "demo", "paths.mlruns": str(store), "limit": 9}
    models = ("meditron7b", "llama2_7b", "aloe8b", "llama3_8b_instruct")
    evaluate(models, ["mednli", "longhealth3"], common)
    evaluate(models[:2], "mednli", {**common, "limit": 5})
    evaluate(models[:2], "mednli", {**common, "prompt": "zero_shot"})
    cells = {(table.facts["model"], table.facts["task"]): table for table in stored_tables(store)}
    variant(cells["aloe8b", "mednli"], store / "cells", "a", changed=True)
    variant(cells["llama2_7b", "longhealth3"], store / "cells", "b")
    label = {"model": "epfl-llm--meditron-7b"}
    variant(cells["meditron7b", "longhealth3"], store / "cells", "c", facts=label)
    return store


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Restores the time zone after the test."""
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def copied(store: Path, folder: Path, rng: random.Random) -> Path:
    """Copies a store file by file in a random order, with random times."""
    paths = [path for path in store.rglob("*") if path.is_file()]
    for path in rng.sample(paths, len(paths)):
        copy = folder / "mlruns" / path.relative_to(store)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        os.utime(copy, (rng.randrange(2**31), rng.randrange(2**31)))
    return folder


def imported(store: Path, folder: Path) -> Path:
    """Exports a store and imports the archive."""
    archive = folder / "study.zip"
    assert store_command(["export", "--mlruns", str(store), str(archive)]) == 0
    assert store_command(["import", "--mlruns", str(folder / "mlruns"), str(archive)]) == 0
    return folder


def analysed(folder: Path, patch: pytest.MonkeyPatch, zone: str, *words: str) -> dict[str, bytes]:
    """Files of an analysis from the folder that contains a store."""
    patch.chdir(folder)
    patch.setenv("TZ", zone)
    time.tzset()
    paths = ("paths.mlruns=mlruns", "output=out")
    assert main([*SMALL, *STUDY, *paths, *words]) == 1  # a comparison is refused
    names = [name for name in FILES if (folder / "out" / name).exists()]
    return {name: (folder / "out" / name).read_bytes() for name in names}


def shuffle_folders(patch: pytest.MonkeyPatch, rng: random.Random) -> None:
    """Lists the entries of folders in a random order."""

    def shuffled(method: Callable[..., Iterator[Path]]) -> Callable[..., Iterator[Path]]:
        def listing(self: Path, *arguments: str) -> Iterator[Path]:
            entries = list(method(self, *arguments))
            return iter(rng.sample(entries, len(entries)))

        return listing

    for name in ("glob", "rglob", "iterdir"):
        patch.setattr(Path, name, shuffled(getattr(Path, name)))


def test_copies_archives_and_time_zones_change_no_file(
    original: Path, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    first = analysed(copied(original, tmp_path / "copy", random.Random(1)), patch, ZONES[0])
    (tmp_path / "archive").mkdir()
    second = analysed(imported(original, tmp_path / "archive"), patch, ZONES[1])
    assert set(first) == set(FILES)
    for name in FILES:
        assert first[name] == second[name], name
    text = first["summary.json"].decode()
    assert "2 stored cells fit: " in text
    assert str(tmp_path) not in text


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_order_of_files_and_no_time_changes_the_numbers(
    original: Path,
    tmp_path_factory: pytest.TempPathFactory,
    patch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    rng = random.Random(seed)
    folders = [copied(original, tmp_path_factory.mktemp("copy"), rng) for _ in range(2)]
    plain = analysed(folders[0], patch, "UTC", "report=false")
    with patch.context() as patched:
        shuffle_folders(patched, rng)
        other = analysed(folders[1], patched, rng.choice(ZONES), "report=false")
    assert plain == other
