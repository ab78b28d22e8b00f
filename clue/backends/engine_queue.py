"""Requests to vLLM's engine, which batches them; more can be added while outputs are read."""

import time
from collections.abc import Iterator, Mapping
from typing import Any


class EngineQueue:
    """The requests of one call.

    Args:
        engine: of vLLM.
        options: of every request, e.g. its adapter.
    """

    def __init__(self, engine: Any, options: Mapping[str, Any]) -> None:
        self.engine = engine
        self.options = options
        self.waiting: set[str] = set()

    def add(self, name: str, ids: list[int], parameters: Any) -> None:
        """Send token ids with sampling parameters under a name that no other request has."""
        from vllm import TokensPrompt

        self.waiting.add(name)
        self.engine.add_request(
            name, TokensPrompt(prompt_token_ids=ids), parameters, **self.options
        )

    def outputs(self) -> Iterator[tuple[str, Any, float]]:
        """Yields name, output and seconds of all requests as they finish."""
        since = time.perf_counter()
        try:
            while self.waiting:
                finished = [output for output in self.engine.step() if output.finished]
                share = (time.perf_counter() - since) / max(len(finished), 1)
                for output in finished:
                    self.waiting.remove(output.request_id)
                    yield output.request_id, output, share
                since = time.perf_counter() if finished else since
        finally:  # a caller that stops early must leave no request for the next cell
            self.engine.abort_request(list(self.waiting))
