"""Backends, which generate completions of prompts, behind one protocol.

The rest of the project uses the protocol only: a new backend is a class and a line in `BACKENDS`.
"""

import importlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from clue.config.generation_schema import NONE, GenerationConf, ThinkingConf
from clue.config.schema import BackendConf, Config, ModelConf
from clue.errors import ConfigError
from clue.records import Completion, Prompt, TokenLogProbs

if TYPE_CHECKING:
    from clue.task.task import Task


class BackendEntry(NamedTuple):
    """A class that is imported when it is needed: torch takes seconds."""

    path: str
    """`module:class`."""
    uses_gpus: bool = False
    """Generates on this machine's GPUs."""
    reads_once: bool = False
    """A prompt is read once for all of its draws."""


BACKENDS = {
    "transformers": BackendEntry(
        "clue.backends.huggingface.backend:TransformersBackend", uses_gpus=True, reads_once=True
    ),
    "openai": BackendEntry("clue.backends.openai.backend:OpenAIBackend"),
    "vllm": BackendEntry("clue.backends.vllm:VllmBackend", uses_gpus=True, reads_once=True),
    "fake": BackendEntry("clue.backends.fake:FakeBackend"),
    "baseline": BackendEntry("clue.backends.baseline:BaselineBackend"),
    "replay": BackendEntry("clue.backends.replay:ReplayBackend"),
}
"""Value of `backend.name` to the class; `baseline` is the one for `model.baseline`."""


@dataclass(frozen=True)
class Setup:
    """Arguments of every backend."""

    model: ModelConf
    backend: BackendConf
    models: Path
    """Folder of downloaded checkpoints."""
    cache: Path
    """Folder of files that can be computed again."""
    generation: GenerationConf = field(default_factory=GenerationConf)
    thinking: ThinkingConf = field(default_factory=ThinkingConf)
    stage: Path | None = None
    """Folder for copies of weights on this machine; None = they are read where they are."""
    stage_fallback: bool = False
    """Read them where they are if they cannot be copied."""

    def ways(self, sampling: str, thinking: str) -> dict[str, str]:
        """Returns the part of a backend's identity on sampled answers and on thoughts.

        Nothing for greedy answers at once, so that their fingerprints stay what they were.

        Args:
            sampling: name of the rule that draws the random numbers.
            thinking: requests for a thought and its answer.
        """
        sampled = {"sampling": sampling} if self.generation.is_sampled else {}
        return sampled | ({"thinking": thinking} if self.thinking.mode != NONE else {})


class Backend(Protocol):
    """Answers prompts for one model; cheap to create, loads weights with the first answer.

    A class that inherits from it gets the defaults of a model that runs in this process.
    """

    replays: bool = False
    """Completions come from the store: nothing is generated."""
    counts_tokens: bool = True
    """Answers are counted in tokens, and the budget of a prompt limits them."""
    estimates_tokens: bool = False
    """`count` estimates, since no tokenizer is available."""

    @staticmethod
    def setting_problems(model: ModelConf, backend: BackendConf) -> Iterator[str]:
        """Yields a line for every setting that this backend cannot use."""
        return iter(())

    def identity(self) -> dict[str, Any]:
        """Facts of backend and weights that can change a completion; part of the fingerprint."""

    def endpoint(self) -> str | None:
        """Address that prompts are sent to; None = they stay in this process."""
        return None

    def notes(self) -> tuple[str, ...]:
        """Returns facts of the model's prompts that a reader of the scores should know."""
        return ()

    def context(self) -> int | None:
        """Tokens of prompt and answer together; None = no limit."""
        return None

    def bind(self, task: "Task") -> "Backend":
        """Returns the backend that answers the prompts of this task."""
        return self

    def count(self, prompt: Prompt) -> int:
        """Tokens of the prompt as it will be sent."""

    def room(self, prompt: Prompt) -> int:
        """Most tokens of an answer, with its thought where the model can have one."""
        return prompt.room

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields index and completion of every prompt that is not `done`, as they finish.

        Batches are planned over all prompts, so that a resumed run computes the same as an
        uninterrupted one.
        """

    def likelihood_problem(self) -> str | None:
        """Returns the reason why it gives no log-probabilities; None if it gives them.

        Raises:
            ModelError: a server does not answer.
        """
        return "it gives no log-probabilities of texts that others wrote"

    def loglikelihood(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        done: Collection[int] = (),
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields index and log-probabilities of the continuations of every prompt not `done`.

        A prompt and a continuation are split into tokens together, see
        `clue.checkpoints.continuation`. Call it only if there is no `likelihood_problem`.

        Args:
            prompts: shape (n,).
            continuations: beginnings of the answer to each prompt, shape (n, any).
            done: indices that need no value.
        """
        return iter(())

    def facts(self) -> dict[str, Any]:
        """Facts of the machine for a reader: device, versions, peak memory in bytes."""


def uses_gpus(name: str) -> bool:
    """True if the backend of this name generates on this machine's GPUs."""
    return name in BACKENDS and BACKENDS[name].uses_gpus


def reads_once(name: str) -> bool:
    """True if the backend of this name reads a prompt once for all of its draws."""
    return name in BACKENDS and BACKENDS[name].reads_once


def setting_problems(config: Config) -> Iterator[str]:
    """Yields a line for every setting that the configured backend cannot use.

    Raises:
        ConfigError: there is no such backend; lists the names.
    """
    backend: type[Backend] = _backend_class(config.model, config.backend)
    return backend.setting_problems(config.model, config.backend)


def create_backend(setup: Setup) -> Backend:
    """Returns the configured backend; a rule answers by `baseline`, unless it is replayed.

    Raises:
        ConfigError: there is no such backend; lists the names.
    """
    backend: Backend = _backend_class(setup.model, setup.backend)(setup)
    return backend


def _backend_class(model: ModelConf, backend: BackendConf) -> Any:
    name = "baseline" if model.baseline and backend.name != "replay" else backend.name
    if name not in BACKENDS:
        raise ConfigError(f"backend.name={name} is none of {', '.join(BACKENDS)}")
    module, _, attribute = BACKENDS[name].path.partition(":")
    return getattr(importlib.import_module(module), attribute)
