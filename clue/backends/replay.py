"""Answers from the store: scores again what was generated before, without weights."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.backends import Setup
from clue.records import Completion, Prompt


class ReplayBackend:
    """Generates nothing; `clue.cell` finds the stored generation that fits the cell."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def identity(self) -> dict[str, Any]:
        """Replaced by the identity of the generation that is replayed."""
        return {"name": "replay"}

    def endpoint(self) -> str | None:
        """This process."""
        return None

    def context(self) -> int | None:
        """No limit."""
        return None

    def count(self, prompt: Prompt) -> int:
        """Nothing is sent."""
        return 0

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Nothing: what is not stored stays missing, and the cell says so."""
        return iter(())

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {"device": "none"}
