"""Choices and notes of people on stored cells.

    choices   cells that count where several fit a declared one, in the order of their commands;
              among the cells of one case the last choice wins
    notes     a text on a generation or a table

Their order and content decide, never their times: a copy means the same.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from clue.store.addresses import Address, parse
from clue.store.stored_tables import StoredTable


@dataclass(frozen=True)
class StoreChoice:
    """A choice among stored cells that fit the same declared cell."""

    chosen: str
    """Address, `clue.store.addresses`."""
    rejected: tuple[str, ...]
    """Addresses of the others that fitted at that time."""
    time: str
    """UTC, ISO 8601."""

    @property
    def candidates(self) -> set[str]:
        """Addresses of the cells that were chosen from."""
        return {self.chosen, *self.rejected}


@dataclass(frozen=True)
class StoreNote:
    """A person's text on a generation or a table."""

    text: str
    time: str
    """UTC, ISO 8601."""


@dataclass(frozen=True)
class Annotations:
    """Choices and notes of a store."""

    choices: Sequence[StoreChoice] = ()
    notes: Mapping[str, StoreNote] = field(default_factory=dict)
    """By address."""

    def chosen(self, tables: Sequence[StoredTable]) -> StoredTable | None:
        """Returns the table that the last choice among these chose; None without such a choice.

        A choice does not hold against a cell that it did not reject: whoever made it had not seen
        that cell.
        """
        for choice in reversed(self.choices):
            matching = _matching(choice.chosen, tables)
            rejected = {table.path for text in choice.rejected for table in _matching(text, tables)}
            others = {table.path for table in tables} - {table.path for table in matching}
            if len(matching) == 1 and others <= rejected:
                return matching[0]
        return None

    def decision(self, candidates: Collection[str]) -> str | None:
        """Returns the last choice among some addresses; None if no choice was among all of them."""
        for choice in reversed(self.choices):
            if choice.chosen in candidates and choice.candidates.issuperset(candidates):
                return choice.chosen
        return None

    def note(self, address: Address) -> str:
        """Returns the notes on a table and its generation, or on a generation; empty if none."""
        notes = sorted(self.notes.items())
        return "; ".join(note.text for text, note in notes if parse(text).matches(address))

    def choose(self, choice: StoreChoice) -> "Annotations":
        """Returns these annotations with a choice that wins over all earlier ones."""
        earlier = [other for other in self.choices if not other.candidates <= choice.candidates]
        return replace(self, choices=(*earlier, choice))

    def undo(self, address: str) -> "Annotations":
        """Returns these annotations without the choices of an address."""
        others = tuple(choice for choice in self.choices if choice.chosen != address)
        return replace(self, choices=others)

    def with_note(self, address: str, note: StoreNote | None) -> "Annotations":
        """Returns these annotations with another note, or with none, on an address."""
        others = {key: other for key, other in self.notes.items() if key != address}
        return replace(self, notes=others | ({address: note} if note else {}))

    def of(self, addresses: Collection[Address]) -> "Annotations":
        """Returns the part on some addresses."""
        return self._where(lambda text: _is_on(text, addresses))

    def without(
        self, removed: Collection[Address], remaining: Collection[Address]
    ) -> "Annotations":
        """Returns these annotations without those on removed addresses only."""
        return self._where(lambda text: not _is_on(text, removed) or _is_on(text, remaining))

    def _where(self, keeps: Callable[[str], bool]) -> "Annotations":
        choices = tuple(choice for choice in self.choices if keeps(choice.chosen))
        return Annotations(
            choices, {text: note for text, note in self.notes.items() if keeps(text)}
        )


def merged(own: Annotations, other: Annotations) -> tuple[Annotations, list[str]]:
    """Adds the annotations of another store; on the same cells those of one's own are kept.

    Returns:
        The annotations of both, and a line for each choice and note that was not taken.
    """
    refused: list[str] = []
    added: list[StoreChoice] = []
    own_choices = {(choice.chosen, choice.rejected) for choice in own.choices}
    for choice in other.choices:
        conflicts = list(_conflicts(choice, own, other))
        refused += conflicts
        if not conflicts and (choice.chosen, choice.rejected) not in own_choices:
            added.append(choice)
    for address, note in other.notes.items():
        if address in own.notes and own.notes[address].text != note.text:
            refused.append(f"both have a note on {address}; that of this store is kept")
    all_notes = {**other.notes, **own.notes}
    return Annotations((*added, *own.choices), all_notes), list(dict.fromkeys(refused))


def _conflicts(choice: StoreChoice, own: Annotations, other: Annotations) -> Iterator[str]:
    """Describes the cells between which two stores chose differently."""
    for rival in dict.fromkeys(entry.chosen for entry in own.choices):
        pair = {choice.chosen, rival}
        ours, theirs = own.decision(pair), other.decision(pair)
        if len(pair) == 2 and ours and theirs and ours != theirs:
            yield f"this store chose {ours}, not {theirs}; the other one the reverse: {ours} stays"


def _is_on(text: str, addresses: Collection[Address]) -> bool:
    return any(map(parse(text).matches, addresses))


def _matching(text: str, tables: Sequence[StoredTable]) -> list[StoredTable]:
    pattern = parse(text)
    return [table for table in tables if pattern.matches(table.address)]
