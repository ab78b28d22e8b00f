import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.records import Completion, Message, Prompt
from clue.store.completions import CellStore

PROMPTS = [Prompt(str(i), (Message("user", f"q{i}"),), 8) for i in range(3)]
ANSWERS = [Completion(f"answer {i}\n\u2028é\x00", "stop", 5, 3, 0.1) for i in range(3)]


def stored(folder: Path, count: int = 3) -> CellStore:
    store = CellStore(folder)
    with store.locked():
        for prompt, answer in zip(PROMPTS[:count], ANSWERS, strict=False):
            store.append(prompt, answer)
    return store


def keys(count: int) -> list[tuple[object, str]]:
    return [(prompt.key, prompt.sha256) for prompt in PROMPTS[:count]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_file_cut_anywhere_keeps_its_whole_lines(tmp_path: Path, data: st.DataObject) -> None:
    store = stored(tmp_path / str(os.urandom(6).hex()))
    content = store.path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    garbage = data.draw(st.sampled_from([b"", b"\x00" * 7, b"{}\n", b"[1]\n\n"]))
    whole = content[:cut].count(b"\n")
    store.path.write_bytes(content[:cut] + garbage)
    before = store.path.read_bytes()
    assert list(store.completions()) == keys(whole)
    assert store.path.read_bytes() == before  # it may be another process's line in flight
    found = store.completions(repair=True)
    assert list(found) == keys(whole)
    assert list(found.values()) == ANSWERS[:whole]
    store.append(PROMPTS[0], ANSWERS[0])  # the repaired file takes new lines
    assert set(store.completions()) >= {keys(1)[0]}


def test_a_damaged_line_between_whole_ones_is_an_error_that_names_it(tmp_path: Path) -> None:
    store = stored(tmp_path)
    store.path.write_bytes(store.path.read_bytes().replace(b"answer 1", b"answer 7"))
    with pytest.raises(StoreError, match=r"completions.jsonl: line 2 is damaged .* force=true"):
        store.completions()


def test_a_full_disk_says_what_is_kept(tmp_path: Path) -> None:
    store = CellStore(tmp_path)
    store.path.symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"No space left .* is kept; .* same command"):
        store.append(PROMPTS[0], ANSWERS[0])


def test_files_are_private(tmp_path: Path) -> None:
    assert stored(tmp_path).path.stat().st_mode & 0o777 == 0o600


def test_discarded_completions_are_set_aside(tmp_path: Path) -> None:
    store = stored(tmp_path)
    store.discard()
    assert store.completions() == {}
    assert len(list(tmp_path.glob("completions.*.jsonl"))) == 1


def _write_lines(folder: Path, number: int) -> None:
    store = CellStore(folder)
    with store.locked():
        before = len(store.completions())
        for prompt in PROMPTS:
            store.append(Prompt(f"{number}-{prompt.sample_id}", prompt.messages, 8), ANSWERS[0])
        assert len(store.completions()) == before + len(PROMPTS)


def test_writers_take_turns(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_lines, args=(tmp_path, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert len(CellStore(tmp_path).completions()) == 12


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_atomic(tmp_path / "x", b"text")
    assert not list(tmp_path.iterdir())
