"""Files and locks of shards: the union of all is read, and nothing is lost or counted twice."""

import errno
import fcntl
import multiprocessing
import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest

from clue.errors import StoreError, Terminated
from clue.records import Completion, Message, Prompt
from clue.store.checked_lines import CheckedLines
from clue.store.completions import CellStore
from clue.store.shards import Shard

PROMPTS = [Prompt(str(i), (Message("user", f"q{i}"),), 8) for i in range(12)]
ANSWERS = [Completion(f"answer {i}", "stop", 5, 3, 0.1) for i in range(12)]
KEYS = [(prompt.key, prompt.sha256) for prompt in PROMPTS]
WHOLE = dict(zip(KEYS, ANSWERS, strict=True))


def write(folder: Path, indices: list[int], shard: Shard | None) -> CellStore:
    store = CellStore(folder, shard)
    with store.locked():
        for index in indices:
            store.append(PROMPTS[index], ANSWERS[index])
    return store


def dealt(folder: Path) -> None:
    """Four shards, one of them lost; then three over what is left."""
    for number in (1, 2, 4):
        write(folder, list(range(number - 1, 12, 4)), Shard(number, 4))
    for number, index in enumerate((2, 6, 10), start=1):
        write(folder, [index], Shard(number, 3))


def test_the_union_of_shards_is_read_whatever_their_number(tmp_path: Path) -> None:
    dealt(tmp_path)
    assert not (tmp_path / "completions.jsonl").exists()
    assert CellStore(tmp_path).completions() == WHOLE
    assert CellStore(tmp_path, Shard(2, 7)).completions() == WHOLE


def test_a_merge_leaves_one_file_with_every_answer(tmp_path: Path) -> None:
    dealt(tmp_path)
    store = CellStore(tmp_path)
    with store.locked():
        store.lines.merge()
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["completions.jsonl"]
    assert store.completions() == WHOLE
    assert len(store.path.read_text().splitlines()) == 12


@pytest.mark.parametrize("steps", range(13))
def test_a_merge_that_is_killed_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    dealt(tmp_path)
    write_line, written = CheckedLines.append, 0

    def append(self: CheckedLines, entry: Mapping[str, object]) -> None:
        nonlocal written
        if written == steps:
            raise Terminated
        written += 1
        write_line(self, entry)

    store = CellStore(tmp_path)
    expected = pytest.raises(Terminated) if steps < len(WHOLE) else nullcontext()
    with monkeypatch.context() as patched, store.locked(), expected:
        patched.setattr(CheckedLines, "append", append)
        store.lines.merge()
    assert store.completions() == WHOLE
    with store.locked():
        store.lines.merge()
    assert store.completions() == WHOLE
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["completions.jsonl"]


def test_a_shard_repairs_its_own_file_only(tmp_path: Path) -> None:
    for number in (1, 2):
        store = write(tmp_path, [number], Shard(number, 2))
        with store.path.open("ab") as file:
            file.write(b'{"sample_id": "9"')  # in flight, or torn
    other = tmp_path / "completions-1of2.jsonl"
    in_flight = other.read_bytes()
    second = CellStore(tmp_path, Shard(2, 2))
    with second.locked():
        assert len(second.completions(repair=True)) == 2
    assert other.read_bytes() == in_flight
    assert second.path.read_bytes().endswith(b"\n")


def test_replaced_files_are_not_read(tmp_path: Path) -> None:
    dealt(tmp_path)
    store = CellStore(tmp_path)
    store.discard()
    assert store.completions() == {}
    assert len(list(tmp_path.glob("completions-*.*.jsonl"))) == 6


def _hold(folder: Path, shard: Shard | None, ready: object, release: object) -> None:
    with CellStore(folder, shard).locked():
        ready.set()  # type: ignore[attr-defined]
        release.wait()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("held", "asked", "is_free"),
    [
        (Shard(1, 4), Shard(2, 4), True),
        (Shard(1, 4), Shard(1, 4), False),
        (Shard(1, 4), None, False),
        (None, Shard(1, 4), False),
        (None, None, False),
    ],
)
def test_shards_exclude_themselves_and_the_whole_cell(
    tmp_path: Path, held: Shard | None, asked: Shard | None, is_free: bool
) -> None:
    context = multiprocessing.get_context("fork")
    ready, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held, ready, release))
    holder.start()
    ready.wait()
    try:
        if is_free:
            with CellStore(tmp_path, asked).locked(wait=False):
                pass
        else:
            with (
                pytest.raises(StoreError, match=rf"process {holder.pid} on .* is working on"),
                CellStore(tmp_path, asked).locked(wait=False),
            ):
                pass
    finally:
        release.set()
        holder.join()
    with CellStore(tmp_path, asked).locked(wait=False):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def without_locks(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", without_locks)
    message = r"gives no locks .*NFS: version 4.*paths.mlruns="
    with pytest.raises(StoreError, match=message), CellStore(tmp_path).locked():
        pass
