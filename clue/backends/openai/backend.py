"""Any OpenAI-compatible server: vLLM, TGI, llama.cpp, `transformers serve`, a hospital's own.

If the server allows it, our tokenizer lays out the prompt, and the server gets token ids or the
exact text. Probes determine the server's facts and the form of prompts that it accepts; both are
part of the fingerprint.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from clue.backends import Backend, Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.openai.answerer import Answerer, Attempt
from clue.backends.openai.echo_scorer import EchoScorer
from clue.backends.openai.http_client import HttpClient, RequestRefused, Tries
from clue.backends.openai.probe import ServerInfo, probe_server
from clue.backends.openai.request_builder import RequestBuilder
from clue.backends.openai.settings import MAX_FAILURES_IN_A_ROW, PERMANENT, setting_problems
from clue.backends.openai.threads import ThreadCrew
from clue.common.plural import counted
from clue.errors import ModelError
from clue.records import Completion, Prompt, TokenLogProbs

T = TypeVar("T")
MAX_LISTED = 10
"""Most prompts that an error names."""


class OpenAIBackend(Backend):
    """One model on a server; concurrent requests."""

    setting_problems = staticmethod(setting_problems)

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.conf = setup.backend
        self.checkpoint = Checkpoint(setup)
        self.client = HttpClient(self.conf)
        self._tokenizer_lock = threading.Lock()
        """A fast tokenizer must not be used by two threads at once."""

    @cached_property
    def server(self) -> ServerInfo:
        """Facts of the server, from one probe."""
        return probe_server(self.client, self.conf, self.checkpoint)

    @cached_property
    def _answerer(self) -> Answerer:
        setup, server = self.setup, self.server
        builder = RequestBuilder(
            *(server.dialect, self.checkpoint.chat, server.model, setup.generation),
            label=setup.model.label,
        )
        return Answerer(self.client, builder, setup.thinking, self._tokenizer_lock)

    @cached_property
    def _echo(self) -> EchoScorer:
        return EchoScorer(self.client, self.server, self.checkpoint.chat, self._tokenizer_lock)

    def identity(self) -> dict[str, Any]:
        """Server, form of prompts, our tokenizer and layout; only the server knows the weights."""
        server = self.server  # first: an unreachable server is reported at once
        identity = self.checkpoint.identity()
        return {
            "name": "openai",
            "tokenizer": identity.pop("weights"),
            **identity,
            "served_model": server.model,
            "owner": server.owner,
            "version": server.version,
            "probe_tokens": server.probe_tokens,
            **server.dialect.facts,
            **self.setup.ways("server", self._answerer.way),
        }

    def endpoint(self) -> str | None:
        """The server's address."""
        return self.client.base_url

    def notes(self) -> tuple[str, ...]:
        """Notes on the layout of turns."""
        return self.checkpoint.notes

    def context(self) -> int | None:
        """Smallest context of the model file, the checkpoint's config and the server."""
        limits = (self.checkpoint.context(), self.server.context)
        return min((tokens for tokens in limits if tokens), default=None)

    def count(self, prompt: Prompt) -> int:
        """Token ids after our chat template, also if the server applies its own."""
        return len(self.checkpoint.chat.render(prompt.messages))

    def room(self, prompt: Prompt) -> int:
        """Without the budget of a thought if no thought is requested."""
        return prompt.room if self._answerer.thinks else prompt.max_new_tokens

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields completions of prompts that are sent one by one, several at a time.

        Raises:
            ModelError: some prompts got no answer; the others' answers were yielded before.
        """
        answerer = self._answerer  # before the threads, which must not create it twice

        def answer(prompt: Prompt, crew: "ThreadCrew[Any]") -> Completion | RequestRefused:
            tries = Tries(prompt.name, self.conf.retries, crew.stop)
            try:
                return answerer.answer(prompt, Attempt(tries, 1 / crew.size))
            except RequestRefused as refusal:
                return refusal

        yield from self._answers(prompts, done, answer)

    def likelihood_problem(self) -> str | None:
        """A server for chats repeats no prompt; another one is asked once for a probe's tokens."""
        return self._echo.problem

    def loglikelihood(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        done: Collection[int] = (),
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields log-probabilities of continuations, each a request of its own (`echo`).

        Raises:
            ModelError: some prompts got no answer; the others' values were yielded before.
        """
        texts = {prompt.key: names for prompt, names in zip(prompts, continuations, strict=True)}

        def score(prompt: Prompt, crew: "ThreadCrew[Any]") -> list[TokenLogProbs] | RequestRefused:
            tries = Tries(prompt.name, self.conf.retries, crew.stop)
            try:
                return self._echo.logprobs(prompt, texts[prompt.key], tries)
            except RequestRefused as refusal:
                return refusal

        yield from self._answers(prompts, done, score)

    def facts(self) -> dict[str, Any]:
        """The server, which does not report its device."""
        parts = urlsplit(self.client.base_url)
        kind = " ".join(word for word in (self.server.owner, self.server.version) if word)
        return {
            "device": "server",
            "server": f"{kind or 'unknown'} at {parts.scheme}://{parts.netloc}",
            "api": self.server.dialect.api,
            "concurrency": self.conf.concurrency,
        }

    def _answers(
        self,
        prompts: Sequence[Prompt],
        done: Collection[int],
        ask: Callable[[Prompt, "ThreadCrew[Any]"], T | RequestRefused],
    ) -> Iterator[tuple[int, T]]:
        """Yields index and answer of every prompt that is not `done`, as they come.

        Raises:
            ModelError: some prompts got no answer; the others' answers were yielded before.
        """
        todo = [index for index in range(len(prompts)) if index not in done]
        crew: ThreadCrew[T | RequestRefused] = ThreadCrew(min(self.conf.concurrency, len(todo)))
        failed: dict[int, RequestRefused] = {}
        answered = in_a_row = 0
        for index, result in crew.run(todo, lambda index: ask(prompts[index], crew)):
            if isinstance(result, RequestRefused):
                failed[index] = result
                in_a_row += 1
                if in_a_row >= MAX_FAILURES_IN_A_ROW or result.status in PERMANENT:
                    crew.stop.set()
            else:
                answered, in_a_row = answered + 1, 0
                yield index, result
        if failed:
            refusals = [(prompts[index].name, refusal) for index, refusal in failed.items()]
            raise ModelError(self._failure_report(refusals, answered, len(todo)))

    def _failure_report(
        self, refusals: Sequence[tuple[str, RequestRefused]], answered: int, todo: int
    ) -> str:
        lines = [
            f"{self.client.base_url} left {len(refusals)} of {todo} prompts without an answer:"
        ]
        lines += [f"  {name}: {reason}" for name, reason in refusals[:MAX_LISTED]]
        if len(refusals) > MAX_LISTED:
            lines.append(f"  and {len(refusals) - MAX_LISTED} more")
        unsent = todo - answered - len(refusals)
        if unsent:
            lines.append(f"It was considered broken; {counted(unsent, 'was', 'were')} not sent.")
        lines.append("Answers are kept. See the server's log; the same command continues.")
        return "\n".join(lines)
