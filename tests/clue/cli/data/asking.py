"""Backend for tests that asks a question about every sentence."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.data.mimic import medisumqa
from clue.records import Completion, Prompt


class QuestionBackend:
    """Repeats the instructions, then asks about each sentence; fails after `fail_after` answers."""

    counts_tokens = False

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.fail_after: int | None = None
        self.address: str | None = None
        self.tokens: int | None = None
        self.version = "once"

    def identity(self) -> dict[str, Any]:
        return {"name": "asking", "version": self.version}

    def endpoint(self) -> str | None:
        return self.address

    def context(self) -> int | None:
        return self.tokens

    def count(self, prompt: Prompt) -> int:
        return len(prompt.messages[-1].content.split())

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        for index, prompt in enumerate(prompts):
            if index in done:
                continue
            if len(self.prompts) == self.fail_after:
                raise KeyboardInterrupt
            self.prompts.append(prompt)
            yield index, Completion(self.answer(prompt), "stop", 1, 1, 0.0)

    def answer(self, prompt: Prompt) -> str:
        if prompt.messages[0] == medisumqa.STATEMENT_EXAMPLES[0]:
            return prompt.messages[-1].content.partition("\n")[2]
        return f"May I ask for point {prompt.repeat}?"
