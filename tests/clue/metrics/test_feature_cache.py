import logging
import multiprocessing
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clue.metrics.feature_cache import FeatureStore, damaged_files


@dataclass
class Suffixed:
    """A text and a letter, repeated; notes what it computes."""

    letter: str = "a"
    times: int = 1
    computed: list[str] = field(default_factory=list)

    @property
    def signature(self) -> str:
        return f"suffixed {self.letter} {self.times}"

    def compute(self, texts: Sequence[str]) -> list[str]:
        self.computed += texts
        return [(text + self.letter) * self.times for text in texts]

    def dump(self, value: str) -> bytes:
        return value.encode("utf-8", "surrogatepass")

    def load(self, content: bytes) -> str:
        return content.decode("utf-8", "surrogatepass")


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("*.sqlite")
    return path


def test_values_are_computed_once_and_read_back(tmp_path: Path) -> None:
    first, second = Suffixed(), Suffixed()
    assert FeatureStore(tmp_path).values(first, ["x", "y", "x"]) == ["xa", "ya", "xa"]
    assert first.computed == ["x", "y"]
    assert FeatureStore(tmp_path).values(second, ["z", "y", "x"]) == ["za", "ya", "xa"]
    assert second.computed == ["z"]


def test_more_texts_than_a_query_can_name_are_read_back(tmp_path: Path) -> None:
    texts = [str(number) for number in range(1201)]
    store, again = FeatureStore(tmp_path), Suffixed()
    store.values(Suffixed(), texts)
    assert store.values(again, texts[::-1]) == [f"{text}a" for text in texts[::-1]]
    assert again.computed == []


@given(st.lists(st.text(st.characters(), max_size=5), max_size=5))
@settings(max_examples=30)
def test_any_text_has_its_own_value(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        store, again = FeatureStore(Path(folder)), Suffixed()
        expected = [f"{text}a" for text in texts]
        assert store.values(Suffixed(), texts) == store.values(again, texts) == expected
        assert again.computed == []


def test_the_value_of_another_signature_is_never_served(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    assert store.values(Suffixed("a"), ["x"]) == ["xa"]
    assert store.values(Suffixed("b"), ["x"]) == ["xb"]
    assert store.values(Suffixed("a"), ["x"]) == ["xa"]


def test_half_of_a_surrogate_pair_is_no_question_mark(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    for text in ("?", "\ud83d", "?"):
        assert store.values(Suffixed(), [text]) == [f"{text}a"]


def test_a_value_that_another_process_kept_meanwhile_is_no_failure(tmp_path: Path) -> None:
    class Overtaken(Suffixed):
        def compute(self, texts: Sequence[str]) -> list[str]:
            return FeatureStore(tmp_path).values(Suffixed(), texts)

    assert FeatureStore(tmp_path).values(Overtaken(), ["x"]) == ["xa"]


def test_a_store_without_a_folder_keeps_nothing() -> None:
    feature, store = Suffixed(), FeatureStore(None)
    assert [store.values(feature, ["x"]), store.values(feature, ["x"])] == [["xa"]] * 2
    assert feature.computed == ["x", "x"]


def test_the_file_is_private_and_holds_no_text(tmp_path: Path) -> None:
    FeatureStore(tmp_path / "new" / "folder").values(Suffixed("q"), ["a clinical note"])
    path = only_file(tmp_path / "new" / "folder")
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as database:
        ((key, _),) = database.execute("SELECT key, value FROM checked").fetchall()
    assert len(key) == 32
    assert b"clinical" not in key


def write(folder: str, start: int) -> list[str]:
    """Compute and keep 60 values, a few at a time, half of them also another process's."""
    store, feature = FeatureStore(Path(folder)), Suffixed(times=50)
    texts = [str(number) for number in range(start, start + 60)]
    return [
        value
        for first in range(0, 60, 6)
        for value in store.values(feature, texts[first : first + 6])
    ]


@pytest.mark.slow
def test_processes_write_to_one_file_side_by_side(tmp_path: Path) -> None:
    starts = (0, 30, 60, 90)
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        results = pool.starmap_async(write, [(str(tmp_path), start) for start in starts]).get(120)
    assert [values[0] for values in results] == [f"{start}a" * 50 for start in starts]
    again = Suffixed(times=50)
    texts = [str(number) for number in range(150)]
    assert FeatureStore(tmp_path).values(again, texts) == [f"{text}a" * 50 for text in texts]
    assert again.computed == []


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, limit=75_000)
    for age, letter in ((300, "a"), (200, "b")):
        store.values(Suffixed(letter, 10_000), ["x"])
        newest = max(tmp_path.glob("*.sqlite"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (newest.stat().st_mtime - age,) * 2)
    store.values(Suffixed("a", 10_000), ["x"])  # used again: b is now the oldest
    store.values(Suffixed("c", 10_000), ["x"])
    computed = {letter: Suffixed(letter, 10_000) for letter in "ac"}
    for feature in computed.values():
        store.values(feature, ["x"])
    assert [feature.computed for feature in computed.values()] == [[], []]
    assert len(list(tmp_path.glob("*.sqlite"))) == 2


def test_what_does_not_fit_at_all_is_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store, feature = FeatureStore(tmp_path, limit=30_000), Suffixed(times=50_000)
    assert store.values(feature, ["x"]) == ["xa" * 50_000]
    assert "1 values are not stored" in caplog.text
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 30_000


@pytest.mark.parametrize("position", ["head", "middle"])
def test_a_damaged_file_is_made_again(
    tmp_path: Path, position: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, texts = FeatureStore(tmp_path), [str(number) for number in range(400)]
    store.values(Suffixed(times=20), texts)
    content = bytearray(only_file(tmp_path).read_bytes())
    start = 0 if position == "head" else 4096 * 2
    content[start : start + 4096] = b"\xff" * 4096
    only_file(tmp_path).write_bytes(content)

    expected = [f"{text}a" * 20 for text in texts]
    assert store.values(Suffixed(times=20), texts) == expected
    assert "damaged" in caplog.text
    again = Suffixed(times=20)
    assert store.values(again, texts) == expected
    assert again.computed == []


def test_a_folder_that_cannot_be_made_costs_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    store = FeatureStore(tmp_path / "file" / "features")
    assert store.values(Suffixed(), ["x"]) == ["xa"]
    assert "values are not stored" in caplog.text


def test_a_file_that_cannot_be_written_costs_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FeatureStore(tmp_path)
    store.values(Suffixed(), ["x"])
    connect = sqlite3.connect

    def read_only(path: Path, **options: float) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    feature = Suffixed()
    assert store.values(feature, ["x", "y"]) == ["xa", "ya"]
    assert feature.computed == ["y"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_flipped_bit_changes_no_value(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        store, texts = FeatureStore(Path(folder)), [str(number) for number in range(5)]
        expected = store.values(Suffixed(times=300), texts)
        content = bytearray(only_file(Path(folder)).read_bytes())
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] ^= 1 << data.draw(st.integers(0, 7))
        only_file(Path(folder)).write_bytes(content)
        assert store.values(Suffixed(times=300), texts) == expected


@pytest.mark.parametrize("column", ["value", "checksum"])
@pytest.mark.parametrize("damage", ["x'00'", "NULL", "'text'", "7"])
def test_a_damaged_value_is_computed_again_and_stored(
    tmp_path: Path, column: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, again = FeatureStore(tmp_path), Suffixed()
    expected = store.values(Suffixed(), ["x", "y"])
    with sqlite3.connect(only_file(tmp_path)) as database:
        database.execute(f"UPDATE checked SET {column} = {damage} WHERE rowid = 1")
    assert list(damaged_files(tmp_path)) == [(only_file(tmp_path), 1)]
    assert store.values(again, ["x", "y"]) == expected
    assert again.computed == ["x"]
    assert "1 damaged values are computed again" in caplog.text
    assert list(damaged_files(tmp_path)) == []


def test_values_of_an_earlier_version_without_checksums_are_not_read(tmp_path: Path) -> None:
    store, again = FeatureStore(tmp_path), Suffixed()
    store.values(Suffixed(), ["x"])
    with sqlite3.connect(only_file(tmp_path)) as database:
        database.execute("CREATE TABLE feature (key BLOB PRIMARY KEY, value BLOB)")
        database.execute("INSERT INTO feature SELECT key, x'00' FROM checked")
        database.execute("DELETE FROM checked")
    assert list(damaged_files(tmp_path)) == []
    assert store.values(again, ["x"]) == ["xa"]
    assert again.computed == ["x"]


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"no database" * 100)
    assert list(damaged_files(tmp_path)) == [(tmp_path / "a.sqlite", 0)]
