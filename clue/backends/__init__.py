"""What turns prompts into completions: one protocol, so that nothing else knows what answers."""

import importlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from clue.config.schema import BackendConf, ModelConf
from clue.errors import ConfigError
from clue.records import Completion, Prompt

KNOWN = {
    "transformers": "clue.backends.huggingface.backend:TransformersBackend",
    "openai": "clue.backends.openai.backend:OpenAIBackend",
    "vllm": "clue.backends.vllm:VllmBackend",
    "fake": "clue.backends.fake:FakeBackend",
    "baseline": "clue.backends.baseline:BaselineBackend",
    "replay": "clue.backends.replay:ReplayBackend",
}
"""Name in conf/backend to the class; imported late, since torch takes seconds."""


@dataclass(frozen=True)
class Setup:
    """What a backend is made from."""

    model: ModelConf
    backend: BackendConf
    models: Path
    """Folder of downloaded checkpoints."""
    cache: Path
    """Folder for what can be made again."""


class Backend(Protocol):
    """Answers prompts for one model; cheap to open, loads weights with the first answer."""

    def identity(self) -> dict[str, Any]:
        """What of the backend and the weights can change a completion; part of the fingerprint."""

    def endpoint(self) -> str | None:
        """Address that prompts are sent to; None = they stay in this process."""

    def context(self) -> int | None:
        """Tokens that prompt and answer may have together; None = no limit."""

    def count(self, prompt: Prompt) -> int:
        """Tokens of the prompt as it will be sent."""

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Index and completion of every prompt that is not `done`, as they finish.

        Batches are planned over all prompts, so that a resumed run computes what an undisturbed one
        does.
        """

    def facts(self) -> dict[str, Any]:
        """What a reader wants to know of the machine: device, versions, peak memory in bytes."""


def make(setup: Setup) -> Backend:
    """The backend that the configuration names.

    Raises:
        ConfigError: the name is unknown; lists the known ones.
    """
    name = setup.backend.name
    if setup.model.baseline and name != "replay":
        name = "baseline"
    if name not in KNOWN:
        raise ConfigError(f"backend.name={name} is none of {', '.join(KNOWN)}")
    module, _, attribute = KNOWN[name].partition(":")
    made: Backend = getattr(importlib.import_module(module), attribute)(setup)
    return made
