"""Log-probabilities of continuations, by a server that repeats a prompt (`echo`)."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clue.backends.openai.echo_format import build_echo, parse_echo
from clue.backends.openai.http_client import HttpClient, RequestRefused, Tries
from clue.backends.openai.probe import ServerInfo
from clue.backends.openai.probe_request import PROBE
from clue.backends.openai.request_format import Request
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.continuation import continued_prompt
from clue.common.retry import TransientError
from clue.errors import ModelUnavailable
from clue.records import Prompt, TokenLogProbs


@dataclass(frozen=True)
class EchoScorer:
    """One model on a server, our tokenizer and its lock."""

    client: HttpClient
    server: ServerInfo
    chat: Chat
    tokenizer_lock: threading.Lock

    @cached_property
    def problem(self) -> str | None:
        """Reason why the server gives no log-probabilities, from one probe; None if it does.

        Raises:
            ModelUnavailable: the server does not answer.
        """
        url = self.client.base_url
        if self.server.dialect.api == "chat":
            return (
                f"{url} takes the turns of a chat, and that interface repeats no prompt with its "
                "log-probabilities"
            )
        ids = self.chat.render(PROBE.messages)
        try:
            request = build_echo(self.server.dialect, self.chat, ids, self.server.model)
            answer = self.client.post(self.server.dialect.path, request.body)
            parse_echo(request, answer, 1)
        except RequestRefused as refusal:
            return f"{url} repeats no prompt with its log-probabilities (echo, logprobs): {refusal}"
        except TransientError as problem:
            raise ModelUnavailable(
                f"{url} does not answer ({problem}); see its log, then run the same command again"
            ) from None
        return None

    def logprobs(self, prompt: Prompt, texts: Sequence[str], tries: Tries) -> list[TokenLogProbs]:
        """Returns the log-probabilities of continuations, each from a request of its own.

        Raises:
            RequestRefused: a request got no answer.
        """
        dialect, model = self.server.dialect, self.server.model
        with self.tokenizer_lock:
            row = continued_prompt(self.chat, prompt, texts)
            requests = [
                build_echo(dialect, self.chat, [*row.context, *ids], model)
                for ids in row.continuations
            ]
        pairs = zip(requests, row.continuations, strict=True)
        return [
            TokenLogProbs(tuple(ids), self._values(request, len(ids), tries))
            for request, ids in pairs
        ]

    def _values(self, request: Request, count: int, tries: Tries) -> tuple[float, ...]:
        def read(answer: Mapping[str, object]) -> tuple[float, ...]:
            return parse_echo(request, answer, count)

        path = self.server.dialect.path
        return self.client.post_with_retries(path, request.body, tries, read)
