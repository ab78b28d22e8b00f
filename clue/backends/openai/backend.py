"""Any OpenAI-compatible server: vLLM, TGI, llama.cpp, `transformers serve`, a hospital's own.

The prompt stays ours where the server lets it: our tokenizer lays it out, and the server gets token
ids or the exact text. What the server is and how it takes prompts is found out by probes and is
part of the fingerprint.
"""

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.openai.http_client import Patience, Refused, Wire
from clue.backends.openai.probe import Server, probe
from clue.backends.openai.request_format import read, request
from clue.backends.openai.threads import Crew
from clue.common.plural import counted
from clue.errors import ModelError
from clue.records import Completion, Prompt

GIVE_UP = 8
"""Prompts in a row without an answer after which the server is taken for broken."""
FOR_ALL = (401, 403, 404)
"""Statuses that the next prompt would get too."""
NAMED = 10
"""Most prompts that an error names."""


class OpenAIBackend:
    """One model on a server; concurrent requests."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.conf = setup.backend
        self.checkpoint = Checkpoint(setup)
        self.wire = Wire(self.conf)
        self._tokenizer = threading.Lock()
        """A fast tokenizer must not be used by two threads at once."""

    @cached_property
    def server(self) -> Server:
        """What the server is; asked once."""
        return probe(self.wire, self.conf, self.checkpoint)

    def identity(self) -> dict[str, Any]:
        """Server, way of sending, our tokenizer and layout; the weights only the server knows."""
        server = self.server  # first: a server that is away is said at once
        made = self.checkpoint.identity()
        return {
            "name": "openai",
            "tokenizer": made.pop("weights"),
            **made,
            "served_model": server.model,
            "owner": server.owner,
            "version": server.version,
            "probe_tokens": server.probe_tokens,
            **server.dialect.facts,
        }

    def endpoint(self) -> str | None:
        """The server's address."""
        return self.wire.base

    def context(self) -> int | None:
        """The smallest of what the model file, the checkpoint's config and the server say."""
        said = (self.checkpoint.context(), self.server.context)
        return min((tokens for tokens in said if tokens), default=None)

    def count(self, prompt: Prompt) -> int:
        """Token ids after our chat template, whoever lays out the turns."""
        return len(self.checkpoint.chat.render(prompt.messages))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Each prompt on its own, several at a time.

        Raises:
            ModelError: some prompts got no answer; the others' answers were yielded before.
        """
        todo = [index for index in range(len(prompts)) if index not in done]
        crew: Crew[Completion | Refused] = Crew(min(self.conf.concurrency, len(todo)))
        failed: dict[int, Refused] = {}
        answered = in_a_row = 0
        for index, result in crew.work(todo, lambda index: self._ask(prompts[index], crew)):
            if isinstance(result, Refused):
                failed[index] = result
                in_a_row += 1
                if in_a_row >= GIVE_UP or result.status in FOR_ALL:
                    crew.stop.set()
            else:
                answered, in_a_row = answered + 1, 0
                yield index, result
        if failed:
            named = {_name(prompts[index]): refusal for index, refusal in failed.items()}
            raise ModelError(self._failures(named, answered, len(todo)))

    def facts(self) -> dict[str, Any]:
        """The server; what it runs on it does not say."""
        parts = urlsplit(self.wire.base)
        kind = " ".join(word for word in (self.server.owner, self.server.version) if word)
        return {
            "device": "server",
            "server": f"{kind or 'unknown'} at {parts.scheme}://{parts.netloc}",
            "api": self.server.dialect.api,
            "concurrency": self.conf.concurrency,
        }

    def _ask(self, prompt: Prompt, crew: "Crew[Any]") -> Completion | Refused:
        """The answer to a prompt, or why there is none; runs in several threads."""
        dialect, chat = self.server.dialect, self.checkpoint.chat
        patience = Patience(self.conf.retries, crew.stop)
        try:
            with self._tokenizer:
                asked = request(dialect, chat, prompt, self.server.model)
            started = time.perf_counter()
            answer = self.wire.insist(dialect.path, asked.body, _name(prompt), patience)
            share = (time.perf_counter() - started) / crew.size
            with self._tokenizer:
                return read(dialect, chat, asked, answer, share)
        except Refused as refusal:
            return refusal

    def _failures(self, failed: Mapping[str, Refused], answered: int, todo: int) -> str:
        named = [f"  {name}: {why}" for name, why in islice(failed.items(), NAMED)]
        left = todo - answered - len(failed)
        return "\n".join(
            [
                f"{self.wire.base} left {len(failed)} of {todo} prompts without an answer:",
                *named,
                *([f"  and {len(failed) - NAMED} more"] if len(failed) > NAMED else []),
                *(
                    [f"It was taken for broken; {counted(left, 'was', 'were')} not sent."]
                    if left
                    else []
                ),
                "What was answered is kept. See the server's log; the same command goes on.",
            ]
        )


def _name(prompt: Prompt) -> str:
    """What messages call a prompt; never its text."""
    return f"sample {prompt.sample_id}" + (f", repeat {prompt.repeat}" if prompt.repeat else "")
