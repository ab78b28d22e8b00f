"""Choices and notes of people: content decides, nothing is lost, damage is named."""

import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from clue.errors import StoreError
from clue.store import annotations_file
from clue.store.addresses import Address
from clue.store.annotations import Annotations, StoreChoice, StoreNote, merged
from clue.store.stored_tables import StoredTable

A, B, C = ("aaaa" * 4, "bbbb" * 4, "cccc" * 4)


def choice(chosen: str, *rejected: str) -> StoreChoice:
    return StoreChoice(chosen, rejected, "2026-01-01T00:00:00+00:00")


def note(text: str) -> StoreNote:
    return StoreNote(text, "2026-01-01T00:00:00+00:00")


def table(fingerprint: str, table_id: str = "1" * 16) -> StoredTable:
    facts = {"model": "m", "fingerprint": fingerprint}
    path = Path("cells", "meqsum", "m", fingerprint, f"records-{table_id}.parquet")
    return StoredTable(path, facts, {})


def chosen(annotations: Annotations, *fingerprints: str) -> str | None:
    winner = annotations.chosen([table(fingerprint) for fingerprint in fingerprints])
    return None if winner is None else winner.fingerprint


def test_the_last_choice_wins_and_can_be_taken_back() -> None:
    first = Annotations().choose(choice(A, B))
    second = first.choose(choice(B, A))
    assert [chosen(one, A, B) for one in (Annotations(), first, second)] == [None, A, B]
    assert chosen(second.undo(B), A, B) is None
    assert chosen(Annotations().choose(choice(A, B)).choose(choice(C, A)), A, B) == A


def test_a_choice_does_not_hold_against_a_cell_that_nobody_had_seen() -> None:
    annotations = Annotations().choose(choice(A, B))
    assert chosen(annotations, A, B, C) is None
    assert chosen(annotations.choose(choice(A, B, C)), A, B, C) == A


def test_a_choice_of_a_generation_with_two_fitting_tables_chooses_neither() -> None:
    tables = [table(A, "1" * 16), table(A, "2" * 16)]
    assert Annotations().choose(choice(A, B)).chosen(tables) is None
    exact = Annotations().choose(choice(f"{A}/2222", f"{A}/1111"))
    assert exact.chosen(tables) is tables[1]


def test_notes_on_a_generation_are_those_of_its_tables_too() -> None:
    annotations = Annotations(notes={A: note("all"), f"{A}/1111": note("one")})
    assert annotations.note(Address("m", A)) == "all"
    assert annotations.note(Address("m", A, "1111222233334444")) == "all; one"
    assert annotations.note(Address("m", B)) == ""


def test_what_is_written_is_read_and_only_the_owner_can(tmp_path: Path) -> None:
    annotations = Annotations((choice(A, B),), {A: note("ünïcode")})
    assert annotations_file.update(tmp_path, lambda before: annotations) == annotations
    assert annotations_file.read(tmp_path) == annotations
    path = tmp_path / annotations_file.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["choices"][0]["not"] == [B]


def test_a_store_without_the_file_has_no_annotations_and_gets_none(tmp_path: Path) -> None:
    assert annotations_file.read(tmp_path) == Annotations()
    annotations_file.update(tmp_path, lambda before: before.undo(A))
    assert not (tmp_path / annotations_file.NAME).exists()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"choices": []}', '{"choices": [{"chosen": "x"}], "notes": {}}', "\xff"],
)
def test_a_damaged_file_is_named_and_not_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / annotations_file.NAME
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(StoreError, match=f"{path} is damaged"):
        annotations_file.read(tmp_path)
    with pytest.raises(StoreError, match=f"{path} is damaged"):
        annotations_file.update(tmp_path, lambda before: before)
    assert path.read_bytes() == content.encode("latin-1")


def _write_notes(folder: str, first: int) -> None:
    for number in range(first, first + 20):
        address = f"{number:016x}"
        annotations_file.update(
            Path(folder), lambda before, address=address: before.with_note(address, note(address))
        )


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_write_notes, args=(str(tmp_path), first)) for first in (0, 100)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(annotations_file.read(tmp_path).notes) == 40


def test_annotations_of_another_store_are_added_and_ones_own_are_kept() -> None:
    own = Annotations((choice(A, B),), {A: note("mine")})
    other = Annotations((choice(B, A), choice(C, B)), {A: note("theirs"), B: note("theirs")})
    both, refused = merged(own, other)
    assert {text: one.text for text, one in both.notes.items()} == {A: "mine", B: "theirs"}
    assert chosen(both, A, B) == A
    assert chosen(both, B, C) == C
    assert len(refused) == 2
    assert f"this store chose {A}, not {B}" in refused[0]
    assert f"note on {A}" in refused[1]


def test_importing_the_same_again_changes_nothing() -> None:
    own = Annotations((choice(A, B), choice(C, A)), {A: note("mine")})
    assert merged(own, own) == (own, [])
    once, _ = merged(Annotations(), own)
    assert once == own
    wider, refused = merged(own, Annotations((choice(A, B, C),)))
    assert refused  # C against A was decided otherwise here
    assert wider == own


def test_annotations_of_removed_cells_go_with_the_last_of_their_tables() -> None:
    annotations = Annotations((choice(A, B),), {A: note("a"), f"{A}/1111": note("t")})
    tables = [Address("m", A, digit * 16) for digit in "12"]
    without = annotations.without(tables[:1], [Address("m", A), tables[1]])
    assert set(without.notes) == {A}
    assert annotations.without([Address("m", A), *tables], []) == Annotations()
