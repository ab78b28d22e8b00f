"""Answers of a server to single prompts, at once or behind a thought."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from clue.backends.openai.answer_format import (
    check_plausible,
    completion_at_once,
    parse_answer,
    read_answer,
)
from clue.backends.openai.http_client import HttpClient, Tries
from clue.backends.openai.request_builder import RequestBuilder
from clue.backends.openai.request_format import Request
from clue.backends.two_phases import ONE_REQUEST, TWO_PHASES, Thought, ThoughtReader, thought_form
from clue.config.generation_schema import NATIVE, ThinkingConf
from clue.errors import ModelError
from clue.records import Completion, Prompt

T = TypeVar("T")


class Attempt(NamedTuple):
    """Bounds of the work for one prompt."""

    tries: Tries
    """Of each of its requests."""
    share: float
    """Part of the wall time that counts for it, while other threads wait for other prompts."""


@dataclass(frozen=True)
class Answerer:
    """Asks one model on a server; called from several threads."""

    client: HttpClient
    builder: RequestBuilder
    thinking: ThinkingConf
    tokenizer_lock: threading.Lock

    @property
    def way(self) -> str:
        """Requests for a thought and its answer, as an identity names them.

        Raises:
            ModelError: the server's texts do not show the end of a thought.
        """
        if self._has_turns:
            return ONE_REQUEST
        if self._reader and self._reader.has_special_marks and not self.builder.dialect.ids:
            raise ModelError(
                f"{self.client.base_url} returns texts without special tokens, and these mark the "
                "thoughts of this model: their end would not be seen. Use a server that returns "
                "token ids (vLLM), or one that separates thoughts itself, with backend.api=chat"
            )
        return TWO_PHASES

    @property
    def thinks(self) -> bool:
        """True if requests have room for a thought."""
        return self._reader is not None or (self._has_turns and self._server_decides)

    def answer(self, prompt: Prompt, attempt: Attempt) -> Completion:
        """Returns the completion of a prompt.

        Raises:
            RequestRefused: no try of a request succeeded.
        """
        reader = self._reader
        if prompt.thought_tokens and self._has_turns and (reader or self._server_decides):
            form = reader.form if reader else None
            return self._completion(lambda: self.builder.both(prompt, form), attempt)
        if prompt.thought_tokens and reader:
            return self._in_two_phases(reader, prompt, attempt)
        return self._completion(lambda: self.builder.answer(prompt), attempt)

    def _in_two_phases(self, reader: ThoughtReader, prompt: Prompt, attempt: Attempt) -> Completion:
        def read(
            request: Request, answer: Mapping[str, Any], seconds: float
        ) -> tuple[Thought, Completion]:
            dialect, chat = self.builder.dialect, self.builder.chat
            fields = read_answer(dialect, chat, request, answer)
            first = completion_at_once(dialect, chat, fields, seconds)
            check_plausible(first)
            ids = reader.ids_of(first.text) if fields.ids is None else fields.ids
            ended = "stop" in (fields.reason, first.finish_reason)
            return reader.read(chat.render(prompt.messages), ids, ended=ended), first

        thought, first = self._post(lambda: self.builder.thought(prompt, reader), read, attempt)
        final = reader.final(thought, prompt, first)
        if final:
            return final
        answer = self._completion(lambda: self.builder.behind(prompt, thought), attempt)
        return reader.joined(thought, first, answer)

    def _completion(self, build: Callable[[], Request], attempt: Attempt) -> Completion:
        def read(request: Request, answer: Mapping[str, Any], seconds: float) -> Completion:
            return parse_answer(self.builder.dialect, self.builder.chat, request, answer, seconds)

        return self._post(build, read, attempt)

    def _post(
        self,
        build: Callable[[], Request],
        read: Callable[[Request, Mapping[str, Any], float], T],
        attempt: Attempt,
    ) -> T:
        """Sends a request and reads its answer with its seconds."""
        with self.tokenizer_lock:
            request = build()
        started = time.perf_counter()

        def parsed(answer: Mapping[str, Any]) -> T:
            seconds = (time.perf_counter() - started) * attempt.share
            with self.tokenizer_lock:
                return read(request, answer, seconds)

        path = self.builder.dialect.path
        return self.client.post_with_retries(path, request.body, attempt.tries, parsed)

    @property
    def _has_turns(self) -> bool:
        """The server lays out the turns, so that no request continues a thought."""
        return self.builder.dialect.api == "chat"

    @property
    def _server_decides(self) -> bool:
        """The model is to think, and the template here does not show in which form."""
        return self.thinking.mode == NATIVE and self.thinking.absent == "refuse"

    @cached_property
    def _reader(self) -> ThoughtReader | None:
        form = thought_form(self.thinking, self.builder.chat)
        return ThoughtReader(self.builder.chat, form) if form else None
