"""Presentations of a sample (repeat, wording, draw) in lines and tables: none replaces another."""

import io
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cells import StoredCell
from clue.errors import StoreError
from clue.records import Completion, Message, Prompt, Record, SampleKey, sha256
from clue.store.completions import CellStore
from clue.store.records_table import (
    RecordsTable,
    answer_texts,
    read_table,
    table_bytes,
    written_digest,
)
from clue.store.sealed_parquet import SEAL

LINE = (
    b'{"sample_id": "fictional-test-026", "repeat": 0, "prompt_sha256": '
    b'"a9f64ae547fb894138f6277cd9b13f15371604635c0c7910a765eb6effd8a347", "text": "entailment, '
    b'lithium once two Claim: or hours one suicide contradiction? Record: disorder", '
    b'"finish_reason": "stop", "prompt_tokens": 208, "new_tokens": 12, "seconds": 0.0, "crc32": '
    b"1617303979}\n"
)
"""A line as format 1 has it."""
small = st.integers(0, 3)
keys = st.builds(SampleKey, st.text(max_size=3), small, small, small)
presentations = st.lists(keys, unique=True, min_size=1, max_size=12)


def prompt(key: SampleKey) -> Prompt:
    """The same messages for every key: the key alone tells the prompts apart."""
    return Prompt(messages=(Message("user", "q"),), max_new_tokens=8, **key._asdict())


def answer(text: object) -> Completion:
    return Completion(str(text), "stop", 5, 3, 0.1)


def record(key: SampleKey, score: float = 0.5) -> Record:
    return Record(
        task="meqsum",
        model="m",
        **key._asdict(),
        cluster=key.sample_id,
        prompt_sha256="p",
        target_sha256="t",
        completion=answer(tuple(key)),
        answer=None,
        scores={"rouge1": score},
    )


def older(table: RecordsTable) -> bytes:
    """The table as format 1 has it, if all keys have the first wording and draw."""
    parquet = pq.read_table(pa.BufferReader(table_bytes(table)))
    buffer = io.BytesIO()
    unsealed = {key: value for key, value in parquet.schema.metadata.items() if key != SEAL}
    older = parquet.drop_columns(["wording", "draw"]).replace_schema_metadata(unsealed)
    pq.write_table(older, buffer)
    return buffer.getvalue()


@given(presentations, st.randoms())
def test_completions_come_back_by_key_in_any_order_of_lines(
    tmp_path_factory: pytest.TempPathFactory, keys: list[SampleKey], order: random.Random
) -> None:
    store = CellStore(tmp_path_factory.mktemp("cell"))
    with store.locked():
        for key in keys:
            store.append(prompt(key), answer(tuple(key)))
    lines = store.path.read_bytes().splitlines(keepends=True)
    order.shuffle(lines)
    store.path.write_bytes(b"".join(lines))
    digest = prompt(keys[0]).sha256
    assert store.completions() == {(key, digest): answer(tuple(key)) for key in keys}


def test_an_older_line_is_of_the_first_wording_and_draw_and_keeps_its_checksum(
    tmp_path: Path,
) -> None:
    store = CellStore(tmp_path)
    key = SampleKey("fictional-test-026", 0, wording=0, draw=0)
    with store.locked():
        store.path.write_bytes(LINE)
        store.append(prompt(key._replace(draw=1)), answer("new"))
    (old, digest), new = store.completions()
    assert (old, digest[:4]) == (key, "a9f6")
    assert new[0] == key._replace(draw=1)
    store.path.write_bytes(LINE.replace(b"lithium", b"calcium") + LINE)
    with pytest.raises(StoreError, match="line 1 is damaged"):
        store.completions()


@given(presentations)
def test_a_table_comes_back_with_every_presentation(
    tmp_path_factory: pytest.TempPathFactory, keys: list[SampleKey]
) -> None:
    table = RecordsTable([record(key) for key in keys], {"rouge1": "a"}, {"model": "m"})
    path = tmp_path_factory.mktemp("cell") / "records-1.parquet"
    path.write_bytes(table_bytes(table))
    assert read_table(path, verify=True) == table
    assert [row.key for row in read_table(path).records] == keys


@given(presentations)
def test_an_older_table_reads_as_the_first_wording_and_draw_with_its_digest(
    tmp_path_factory: pytest.TempPathFactory, keys: list[SampleKey]
) -> None:
    first = dict.fromkeys(key._replace(wording=0, draw=0) for key in keys)
    table = RecordsTable([record(key) for key in first], {"rouge1": "a"}, {"model": "m"})
    rows = [record.row() for record in table.records]
    before = [{name: row[name] for name in row if name not in ("wording", "draw")} for row in rows]
    assert table.sha256 == sha256([before, {"rouge1": "a"}, {"model": "m"}])
    path = tmp_path_factory.mktemp("cell") / "records-1.parquet"
    path.write_bytes(older(table))
    assert read_table(path, verify=True) == table
    assert written_digest(path.read_bytes()) == table.sha256
    columns = StoredCell(path, {"model": "m", "task": "meqsum", "prompt": "paper"}, {}).columns
    assert set(columns.keys) == set(first)


@given(keys, keys)
def test_keys_that_differ_have_digests_that_differ(one: SampleKey, two: SampleKey) -> None:
    tables = [RecordsTable([record(key)], {}) for key in (one, two)]
    assert (sha256(one.digested) == sha256(two.digested)) == (one == two)
    assert (tables[0].sha256 == tables[1].sha256) == (one == two)


@given(presentations, st.randoms())
def test_the_order_of_a_tables_rows_changes_no_number_and_no_shown_answer(
    tmp_path_factory: pytest.TempPathFactory, keys: list[SampleKey], order: random.Random
) -> None:
    records = [record(key, index / 12) for index, key in enumerate(keys)]
    folder = tmp_path_factory.mktemp("cell")
    read = []
    for name in ("one", "two"):
        path = folder / f"records-{name}.parquet"
        path.write_bytes(table_bytes(RecordsTable(records, {})))
        columns = StoredCell(path, {"model": "m", "task": "meqsum", "prompt": "paper"}, {}).columns
        texts = answer_texts(path, [key.sample_id for key in keys])
        read.append((columns.keys, columns.scores["rouge1"].tolist(), columns.items_sha256, texts))
        order.shuffle(records)
    assert read[0] == read[1]
    assert read[0][0] == tuple(sorted(keys))
    first = {key.sample_id: key for key in sorted(keys, reverse=True)}
    assert read[0][3] == {sample: str(tuple(key)) for sample, key in first.items()}
