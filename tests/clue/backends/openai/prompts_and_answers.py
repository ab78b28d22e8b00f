"""Prompts for tests of the openai backend, and answers to compare."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clue.backends import Setup, create_backend
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.openai.backend import OpenAIBackend
from clue.config.schema import BackendConf, ModelConf
from clue.records import Completion, Message, Prompt
from tests.clue.backends.openai.server import Server, generated

BUDGET = 12
SECRET = "The patient Nomen Nescio"
SYSTEM = Message("system", f"{SECRET}: what are the causes of pain?")


def prompts(count: int = 7) -> list[Prompt]:
    texts = ["my knee" * (1 + 3 * (i % 4)) + f" no{i}." for i in range(count)]
    return [Prompt(str(i), (SYSTEM, Message("user", text)), BUDGET) for i, text in enumerate(texts)]


def answers(completions: Iterator[tuple[int, Completion]]) -> dict[int, Completion]:
    """Completions by index, without the seconds, which differ from run to run."""
    return {index: dataclasses.replace(answer, seconds=0.0) for index, answer in completions}


def local_answers(folder: Path, *end_ids: int) -> dict[int, Completion]:
    """Answers of backend=transformers, if `end_ids` ended a turn too."""
    setup = Setup(ModelConf(repo=str(folder), dtype="float32"), BackendConf(), folder, folder)
    transformers: Any = create_backend(setup)
    transformers.checkpoint.chat.stop_ids += end_ids
    return answers(transformers.generate(prompts()))


def inner_token(checkpoint: Checkpoint) -> int:
    """A token within the answer to the second prompt."""
    ids = checkpoint.chat.render(prompts()[1].messages)
    fields = {"max_tokens": BUDGET, "stop_token_ids": []}
    return generated(checkpoint, ids, fields)[BUDGET // 2]


def openai_backend(
    server: Server | str, folder: Path | ModelConf, ways: Sequence[Any] = (), **settings: Any
) -> OpenAIBackend:
    url = server if isinstance(server, str) else server.url
    conf = BackendConf(**({"name": "openai", "url": url, "model": "tiny", "retries": 2} | settings))
    model = folder
    if isinstance(model, Path):
        model = ModelConf(repo=str(folder), dtype="float32")
    place = Path(str(model.repo))
    backend = create_backend(Setup(model, conf, place, place, *ways))
    assert isinstance(backend, OpenAIBackend)
    return backend


def count_requests(server: Server, part: str) -> int:
    """Requests that contain this text."""
    decode = server.checkpoint.chat.tokenizer.decode
    return sum(part in decode(body["prompt"]) for body in server.requests)
