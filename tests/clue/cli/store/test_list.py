"""`clue store list`: studies, reasons, times of the tracking store; copies give the same."""

import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from clue.cli.store.list_cells import listed_cells
from clue.cli.store.listed_cell import ListedCell
from clue.records import sha256
from clue.store.completions import CellStore
from clue.store.records_table import RecordsTable, read_table, write_table
from clue.tracking.tracker import Tracker
from tests.clue.cli.store.stores import (
    BASE,
    KEY,
    SAMPLES,
    STUDY,
    command,
    expected,
    fitting,
    write_studies,
)

BROKEN = STUDY.replace("name: tiny", "name: broken").replace("meditron7b", "nobody")


@pytest.fixture(autouse=True)
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = STUDY.replace("name: tiny", "name: other").replace("[meqsum]", "[meqsum, mednli]")
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY, "other": other})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A declared pair, a short trial of one of its cells, and a trial of another backend."""
    folder = tmp_path / "store"
    fitting(folder, BASE)
    fitting(folder, KEY)
    fitting(folder, KEY, size=2, limit=2)
    fitting(folder, BASE, generation=generation(BASE, backend={"name": "vllm"}))
    return folder


def generation(key: Any, **changes: Any) -> dict[str, Any]:
    wanted = expected(key)
    return {
        "protocol": dict(wanted.task.protocol),
        "model": dict(wanted.model),
        "decoding": "greedy",
        "backend": {"name": "fake"},
    } | changes


def listed(store: Path) -> dict[tuple[str, str, int], ListedCell]:
    cells = listed_cells(store, "demo", "tiny")
    return {(cell.model, cell.backend, cell.n): cell for cell in cells}


def test_cells_are_listed_with_their_studies_and_the_reason_of_trials(store: Path) -> None:
    cells = listed(store)
    counting = cells["meditron7b", "fake", SAMPLES]
    assert (counting.counts, counting.study) == ("yes", ("other", "tiny"))
    assert counting.counts_as == ("meditron7b/meqsum/paper",)
    short = cells["meditron7b", "fake", 2]
    assert (short.counts, short.study, short.limit) == ("trial", (), 2)
    assert short.reason == "limit 2 of 37"
    assert short.fingerprint == counting.fingerprint
    assert short.table != counting.table
    assert cells["llama2_7b", "vllm", SAMPLES].reason == "backend vllm"


def test_wording_is_told_by_a_digest(store: Path) -> None:
    wording = expected(KEY).task.protocol["wording"]
    assert {cell.wording for cell in listed(store).values()} == {sha256(wording)[:8]}


def test_a_cell_is_listed_under_every_name_that_it_counts_for(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(store / "cells" / "meqsum" / "meditron7b")
    fitting(store, KEY, prompt="my_prompt")
    assert command(store, "list", "--study", "tiny", "--prompt", "paper", "--json") == 0
    (cell,) = (one for one in json.loads(capsys.readouterr().out) if one["model"] == "meditron7b")
    assert (cell["prompt"], cell["counts"]) == ("my_prompt", "yes")
    command(store, "list", "--study", "tiny")
    assert f"{cell['fingerprint'][:8]} counts as meditron7b/meqsum/paper" in capsys.readouterr().out


def test_the_time_is_that_of_the_newest_finished_run(mlruns: Path) -> None:
    path = fitting(mlruns, KEY, id="1" * 64)
    tags = {"clue.kind": "cell", "clue.fingerprint": path.parent.name, "clue.model": KEY.model}
    tracker = Tracker(None, "clue", mlruns)
    assert listed_cells(mlruns, "demo", "tiny")[0].made == ""
    with tracker.run("x", ("clue.cell", "1" * 64), tags, "cmd") as opened:
        pass
    os.utime(path, (1, 1))
    (cell,) = listed_cells(mlruns, "demo", "tiny")
    ended = next(run for run in tracker.cells() if run.info.run_id == opened.run_id).info.end_time
    assert cell.made.endswith("+00:00")
    assert ended // 1000 == datetime.fromisoformat(cell.made).timestamp()


def test_a_copy_of_a_store_is_listed_the_same(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fitting(store, KEY, scores=0.25, backend={"build": "other"})
    command(store, "note", f"{fitting(store, KEY).parent.name}", "looks right")
    copy = tmp_path / "copy"
    shutil.copytree(store, copy, copy_function=shutil.copy)
    for number, path in enumerate(sorted(copy.rglob("*"), reverse=True)):
        os.utime(path, (number, number))
    capsys.readouterr()
    printed = []
    for folder in (store, copy):
        command(folder, "list", "--study", "tiny", "--json")
        printed.append(capsys.readouterr().out)
        command(folder, "list", "--study", "tiny")
        printed.append(capsys.readouterr().out.replace(str(folder), "STORE"))
    assert printed[:2] == printed[2:]
    assert '"choose"' in printed[0]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["--trials"], 2),
        (["--model", "meditron7b"], 2),
        (["--model", "meditron7b,llama2_7b"], 4),
        (["--task", "mednli"], 0),
        (["--task", "meqsum,longhealth"], 4),
        (["--prompt", "zero_shot"], 0),
        (["--pair", "meditron7b"], 4),
        (["--pair", "meditron7b:mistral7b"], 2),
        (["--pair", "meditron7b", "--model", "llama2_7b", "--trials"], 1),
    ],
)
def test_cells_are_chosen(
    store: Path, capsys: pytest.CaptureFixture[str], words: list[str], number: int
) -> None:
    assert command(store, "list", "--study", "tiny", "--json", *words) == 0
    assert len(json.loads(capsys.readouterr().out)) == number


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--study", "tini"], "did you mean tiny?"),
        (
            ["--pair", "llama2_7b"],
            "no base of llama2_7b is declared; write --pair llama2_7b:<base>",
        ),
    ],
)
def test_an_unknown_name_is_an_error(
    store: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert command(store, "list", "--study", "tiny", *words) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("content", [BROKEN, "name: [", "modells: [meditron7b]\n"])
def test_a_study_that_cannot_be_used_is_one_warning(
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    content: str,
) -> None:
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY, "broken": content})
    cells = listed(store)
    assert cells["meditron7b", "fake", SAMPLES].study == ("tiny",)
    warnings = [record.getMessage() for record in caplog.records]
    (warning,) = (text for text in warnings if "broken" in text)
    assert warning.startswith("study broken is left out: ")
    assert "\n" not in warning


def test_the_table_is_readable_in_80_columns(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other_model = generation(KEY, model={"repo": "x"})
    wide = fitting(store, KEY, generation=other_model, label="llama3_8b_instruct")
    unfinished = CellStore(store / "cells" / "meqsum" / "other" / ("0" * 16))
    with unfinished.locked():
        unfinished.describe(generation(KEY))
    command(store, "note", wide.parent.name, "first  try\nof a template")
    capsys.readouterr()
    assert command(store, "list", "--study", "tiny") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[: lines.index("")])) <= 80
    (row,) = (line for line in lines if "  2  " in line and "trial" in line)
    number = row.split()[-1]
    assert f"{number}: limit 2 of 37" in lines
    assert f"note on {wide.parent.name[:8]}: first try of a template" in lines
    assert any(line.split()[-1] == "partial" for line in lines if "00000000" in line)
    assert lines[-1] == "6 cells, 0.1 MiB; tiny: 2 count, 3 trials"


def test_a_damaged_table_is_listed_and_the_others_too(store: Path) -> None:
    sorted(store.glob("cells/meqsum/meditron7b/*/records-*"))[0].write_bytes(b"x")
    cells = listed_cells(store, "demo", "tiny")
    (damaged,) = (cell for cell in cells if cell.state == "damaged")
    assert "clue store verify" in damaged.reason
    assert len(cells) == 4


def test_a_table_without_facts_is_a_trial_with_the_remedy(store: Path) -> None:
    path = fitting(store, KEY)
    table = read_table(path)
    facts = {name: fact for name, fact in table.facts.items() if name != "dataset"}
    write_table(path, RecordsTable(table.records, table.signatures, facts))
    (cell,) = (one for one in listed_cells(store, "demo", "tiny") if one.table == path.stem[8:])
    assert cell.counts == "trial"
    assert "backend=replay force=true" in cell.reason
