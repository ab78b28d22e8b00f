"""Replay of stored completions: scores again what was generated before, without weights."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.backends import Backend, Setup
from clue.backends.rule import no_model_to_repeat
from clue.config.schema import BackendConf, ModelConf
from clue.records import Completion, Prompt


class ReplayBackend(Backend):
    """Generates nothing; `clue.cell` finds the stored generation of the cell."""

    replays = True

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    @staticmethod
    def setting_problems(model: ModelConf, backend: BackendConf) -> Iterator[str]:
        """Yields a line if prompts are to be repeated: nothing would answer them."""
        return no_model_to_repeat(backend)

    def identity(self) -> dict[str, Any]:
        """Replaced by the identity of the generation that is replayed."""
        return {"name": "replay"}

    def count(self, prompt: Prompt) -> int:
        """Zero: nothing is sent."""
        return 0

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields nothing: completions that are not stored stay missing, and the cell reports it."""
        return iter(())

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {"device": "none"}
