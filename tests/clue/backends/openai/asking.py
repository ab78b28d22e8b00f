"""What the tests of the openai backend ask, and of whom."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clue.backends import Setup, make
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.openai.backend import OpenAIBackend
from clue.config.schema import BackendConf, ModelConf
from clue.records import Completion, Message, Prompt
from tests.clue.backends.openai.server import Server, greedy

BUDGET = 12
SECRET = "The patient Nomen Nescio"
SYSTEM = Message("system", f"{SECRET}: what are the causes of pain?")


def prompts(count: int = 7) -> list[Prompt]:
    asked = ["my knee" * (1 + 3 * (i % 4)) + f" no{i}." for i in range(count)]
    return [Prompt(str(i), (SYSTEM, Message("user", text)), BUDGET) for i, text in enumerate(asked)]


def answers(completions: Iterator[tuple[int, Completion]]) -> dict[int, Completion]:
    """Without what differs from run to run."""
    return {index: dataclasses.replace(made, seconds=0.0) for index, made in completions}


def local(folder: Path, *ends: int) -> dict[int, Completion]:
    """What our own loop answers, if `ends` ended a turn too."""
    setup = Setup(ModelConf(repo=str(folder), dtype="float32"), BackendConf(), folder, folder)
    made: Any = make(setup)
    made.checkpoint.chat.stop_ids += ends
    return answers(made.generate(prompts()))


def inner_token(checkpoint: Checkpoint) -> int:
    """A token within the answer to the second prompt."""
    ids = checkpoint.chat.render(prompts()[1].messages)
    return greedy(checkpoint, ids, BUDGET, [], [])[BUDGET // 2]


def backend(server: Server | str, folder: Path, **more: Any) -> OpenAIBackend:
    url = server if isinstance(server, str) else server.url
    conf = BackendConf(**({"name": "openai", "url": url, "model": "tiny", "retries": 2} | more))
    made = make(Setup(ModelConf(repo=str(folder), dtype="float32"), conf, folder, folder))
    assert isinstance(made, OpenAIBackend)
    return made


def asked(server: Server, part: str) -> int:
    """How often the server was sent a prompt with this text."""
    decode = server.checkpoint.chat.tokenizer.decode
    return sum(part in decode(body["prompt"]) for body in server.requests)
