import random
from pathlib import Path

import pytest

from clue.errors import StoreError
from clue.records import Completion, Record
from clue.store.records_table import RecordsTable, read_table, tables, write_table

ANSWERS = [Completion(f"answer {i}\n\u2028é\x00", "stop", 5, 3, 0.1) for i in range(3)]
RECORDS = [
    Record(
        task="meqsum",
        model="m",
        sample_id=str(i),
        repeat=0,
        cluster="c",
        prompt_sha256="p",
        target_sha256="t",
        completion=answer,
        answer=None if i else "x",
        scores={"rouge1": 1 / 3},
        flags={"empty": False},
    )
    for i, answer in enumerate(ANSWERS)
]


def test_a_table_comes_back_as_it_was_and_is_private(tmp_path: Path) -> None:
    table = RecordsTable(
        RECORDS, {"rouge1": "made so"}, {"model": "m", "generation": {"é": [1, None]}}
    )
    path = write_table(tmp_path / "records-1.parquet", table)
    assert read_table(path) == table
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_table_is_named_and_does_not_hide_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = write_table(tmp_path / "records-1.parquet", RecordsTable(RECORDS, {}))
    write_table(tmp_path / "records-2.parquet", RecordsTable(RECORDS, {"rouge1": "so"}))
    damaged.write_bytes(b"PAR1 cut short")
    with pytest.raises(StoreError, match=r"is damaged .* run the same command again"):
        read_table(damaged)
    assert [table.signatures for table in tables(tmp_path)] == [{"rouge1": "so"}]
    assert "is damaged" in caplog.text


def test_no_changed_bit_goes_unseen_or_changes_what_is_read(tmp_path: Path) -> None:
    table = RecordsTable(RECORDS * 50, {"rouge1": "made so"}, {"model": "m"})
    path = write_table(tmp_path / "records-1.parquet", table)
    content = path.read_bytes()
    chance, seen = random.Random(1), 0
    for _ in range(200):
        changed = bytearray(content)
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        try:
            assert read_table(path, verify=True) == table
        except StoreError:
            seen += 1
    assert seen > 100
