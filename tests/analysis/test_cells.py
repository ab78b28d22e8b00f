import gc
import logging
import weakref
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.cells import CellKey, declared_cell
from analysis.configuration import configuration
from analysis.paired_study import study_cells
from benchmarks.found_study import cells_by_name
from clue.config import model_files
from clue.errors import StoreError
from clue.records import SampleKey
from clue.store.stored_tables import stored_tables
from tests.analysis.paired_study.stores import cell, record

KEY = CellKey("paper", "m", "meqsum")


def test_numbers_are_sorted_by_sample_and_repeat(tmp_path: Path) -> None:
    rows = [
        record("b", {"rouge1": 0.5}, 1),
        record("b", {"rouge1": 0.25}),
        record("a", {"rouge1": 1.0}),
    ]
    cell(tmp_path, "m", "meqsum", rows)
    columns = cells_by_name(tmp_path)[KEY].columns
    assert columns.ids.tolist() == ["a", "b", "b"]
    assert [key.repeat for key in columns.keys] == [0, 0, 1]
    assert columns.scores["rouge1"].tolist() == [1.0, 0.25, 0.5]


def test_presentations_of_a_sample_are_sorted_by_their_complete_key(tmp_path: Path) -> None:
    keys = [SampleKey("a", *numbers) for numbers in product((1, 0), repeat=3)]
    rows = [record("a", {"rouge1": 0.0}, *key[1:2], wording=key[2], draw=key[3]) for key in keys]
    cell(tmp_path, "m", "meqsum", rows)
    assert cells_by_name(tmp_path)[KEY].columns.keys == tuple(sorted(keys))


def test_cells_of_the_same_samples_share_them(tmp_path: Path) -> None:
    """In any order of the rows, and as long as one of them is there."""
    rows = [record(name, {"rouge1": 0.5}) for name in "abc"]
    others = [*rows[:2], record("c", {"rouge1": 0.5}, cluster="another")]
    for model, answers in (("m", rows), ("n", rows[::-1]), ("o", others), ("p", rows[:2])):
        cell(tmp_path, model, "meqsum", answers)
    found = cells_by_name(tmp_path)
    items = [found[KEY._replace(model=model)].columns.items for model in "mnop"]
    assert items[0] is items[1]
    assert len({one.sha256 for one in items}) == len({id(one) for one in items}) == 3
    again = cells_by_name(tmp_path)[KEY].columns.items
    assert again is items[0]
    kept = weakref.ref(again)
    del found, items, again
    gc.collect()
    assert kept() is None


def test_an_undefined_score_is_nan(tmp_path: Path) -> None:
    cell(tmp_path, "m", "meqsum", [record("a", {"rouge1": None}), record("b", {"rouge1": 0.0})])
    scores = cells_by_name(tmp_path)[KEY].columns.scores["rouge1"]
    assert np.isnan(scores).tolist() == [True, False]


def test_no_text_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cell(tmp_path, "m", "meqsum", [record("a", {"rouge1": 1.0})])
    read_names = []
    original = pq.read_table

    def spy(path: Path, columns: list[str], **options: bool) -> pa.Table:
        read_names.extend(columns)
        return original(path, columns=columns, **options)

    monkeypatch.setattr(pq, "read_table", spy)
    assert cells_by_name(tmp_path)[KEY].columns.ids.tolist() == ["a"]
    assert not {"text", "answer"} & set(read_names)


def test_prompt_settings_are_cells_of_their_own(tmp_path: Path) -> None:
    for prompt in ("paper", "zero_shot"):
        cell(tmp_path, "m", "meqsum", [record("a", {"rouge1": 0.0})], prompt=prompt)
    assert [key.prompt for key in cells_by_name(tmp_path)] == ["paper", "zero_shot"]


@pytest.mark.parametrize("wrong", [1.5, -0.1, float("inf"), float("nan")])
def test_a_score_out_of_range_stops_the_cell(tmp_path: Path, wrong: float) -> None:
    path = cell(
        tmp_path, "m", "meqsum", [record("a", {"rouge1": wrong}), record("b", {"rouge1": 0})]
    )
    with pytest.raises(StoreError, match=f"(?s){path}.*1 score of rouge1.*run the cell m/meqsum"):
        list(cells_by_name(tmp_path)[KEY].columns.ids)


def test_rows_that_stand_twice_stop_the_cell(tmp_path: Path) -> None:
    cell(tmp_path, "m", "meqsum", [record("a", {"rouge1": 0.5})] * 2)
    with pytest.raises(StoreError, match="1 row is in it twice"):
        list(cells_by_name(tmp_path)[KEY].columns.ids)


def test_a_damaged_table_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cell(tmp_path, "m", "meqsum", [record("a", {"rouge1": 0.5})])
    broken = cell(tmp_path, "other", "meqsum", [record("a", {"rouge1": 0.5})])
    broken.write_bytes(b"PAR1 no more")
    with caplog.at_level(logging.WARNING):
        assert list(cells_by_name(tmp_path)) == [KEY]
    assert str(broken) in caplog.text


def test_a_table_without_facts_is_left_out_with_the_command(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cell(tmp_path, "m", "meqsum", [record("a", {"rouge1": 0.5})])
    path = cell(tmp_path, "old", "meqsum", [record("a", {"rouge1": 0.5})])
    pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    assert list(cells_by_name(tmp_path)) == [KEY]
    assert "backend=replay" in caplog.text


def test_a_store_without_cells_says_how_to_make_one(tmp_path: Path) -> None:
    conf = configuration([f"paths.mlruns={tmp_path}"])
    with pytest.raises(StoreError, match=r"python run\.py -m study=demo"):
        study_cells(conf)


def test_a_table_counts_under_the_names_that_the_study_declares(tmp_path: Path) -> None:
    path = cell(tmp_path, "org--mine", "meqsum", [record("a", {"rouge1": 0.5})], prompt="three")
    (table,) = stored_tables(tmp_path)
    aloe = model_files.load("aloe8b")
    counted = declared_cell(table, CellKey("paper", "aloe8b", "meqsum"), aloe)
    assert (counted.path, counted.key) == (path, CellKey("paper", "aloe8b", "meqsum"))
    assert counted.facts["base"] == "llama3_8b_instruct"
    assert counted.facts["family"] == "llama3_8b"
    assert counted.facts["fingerprint"] == table.facts["fingerprint"]
