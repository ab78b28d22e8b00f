"""Seconds to score the options of MedQA by their likelihood, against lm-evaluation-harness.

    python -m venv --system-site-packages <folder>     with the Python of this project's .venv
    <folder>/bin/pip install lm-eval==0.4.13
    <folder>/bin/python -m benchmarks.likelihood --file <MedQA's test.jsonl>

The environment must have this project's packages as well as lm-eval, which is no dependency.
SmolLM2 runs in float32 on the CPU, the same loaded weights for both. Prompts are plain texts
without a chat template, `Question:`, the options by letter and `Answer:`; the letters follow.
`--shots 3` puts three solved questions before each, which are the same for all. Both programs score
a part of the questions in turn; values that differ are an error, and equal letters are counted. CPU
seconds are those of all threads; on a busy machine they are the more stable measure.
"""

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.generation import smollm2_on_cpu
from benchmarks.generation_loops import Clock
from clue.backends.huggingface.backend import TransformersBackend
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.turn import TurnRules
from clue.checkpoints.continuation import ContinuedPrompt, in_context

LETTERS = "ABCD"
OPTIONS = [f" {letter}" for letter in LETTERS]
TOLERANCE = 1e-3
"""Most that a log-probability of the two may differ in float32."""

Scores = dict[int, list[float]]


def question(row: dict[str, Any]) -> str:
    """A question with its options, up to the place of the letter."""
    options = "".join(f"{letter}. {row['options'][letter]}\n" for letter in LETTERS)
    return f"Question: {row['question']}\n{options}Answer:"


def prompts_of(file: Path, items: int, shots: int) -> list[str]:
    """The first questions of the file; those behind them are the solved ones."""
    rows = [json.loads(line) for line in file.read_text().splitlines()[: items + shots]]
    solved = [f"{question(row)} {row['answer_idx']}\n\n" for row in rows[items:]]
    return ["".join([*solved, question(row)]) for row in rows[:items]]


class Ours:
    """The project's scoring of a part of the questions."""

    def __init__(self, backend: TransformersBackend) -> None:
        self.tokenizer = backend.checkpoint.chat.tokenizer
        self.batches = BatchGenerator(backend.checkpoint.model, TurnRules())

    def score(self, texts: Sequence[str], numbers: Sequence[int]) -> Scores:
        """Log-probability of each letter by the number of the question."""
        rows = [self._tokens(texts[number]) for number in numbers]
        return {
            numbers[index]: [value.total for value in values]
            for index, values in self.batches.logprobs(rows)
        }

    def _tokens(self, text: str) -> ContinuedPrompt:
        ids = [list(self.tokenizer(text + option)["input_ids"]) for option in ("", *OPTIONS)]
        return in_context(ids[0], ids[1:])


class Harness:
    """lm-evaluation-harness' model `hf` with the same weights."""

    def __init__(self, backend: TransformersBackend, batch_size: int) -> None:
        from lm_eval.models.huggingface import HFLM

        model, tokenizer = backend.checkpoint.model, backend.checkpoint.chat.tokenizer
        self.model = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=batch_size)

    def score(self, texts: Sequence[str], numbers: Sequence[int]) -> Scores:
        """Log-probability of each letter by the number of the question."""
        from lm_eval.api.instance import Instance

        requests = [
            Instance("loglikelihood", {}, (texts[number], option), index)
            for number in numbers
            for index, option in enumerate(OPTIONS)
        ]
        values = [value for value, _ in self.model.loglikelihood(requests, disable_tqdm=True)]
        size = len(OPTIONS)
        return {
            number: values[size * index : size * (index + 1)]
            for index, number in enumerate(numbers)
        }


def equal_letters(mine: Scores, theirs: Scores) -> int:
    """Questions with the same likeliest letter; all values agree.

    Raises:
        AssertionError: a log-probability differs.
    """
    for number, values in mine.items():
        pairs = zip(values, theirs[number], strict=True)
        assert all(abs(value - other) < TOLERANCE for value, other in pairs)
    return sum(_likeliest(values) == _likeliest(theirs[n]) for n, values in mine.items())


def _likeliest(values: Sequence[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)


def main() -> None:
    """Print the ratio after every round, and the numbers of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--shots", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=1, help="of lm-evaluation-harness")
    parser.add_argument("--threads", type=int, help="none = torch's default")
    arguments = parser.parse_args()
    backend = smollm2_on_cpu(arguments.threads)
    texts = prompts_of(arguments.file, arguments.items, arguments.shots)
    ours, harness = Ours(backend), Harness(backend, arguments.batch_size)
    mine, theirs = Clock(), Clock()
    for part in range(arguments.rounds):
        numbers = range(part, len(texts), arguments.rounds)
        mine.run(partial(ours.score, texts, numbers))
        theirs.run(partial(harness.score, texts, numbers))
        equal = equal_letters(mine.answers, theirs.answers)
        print(
            f"{len(mine.answers)} questions, {arguments.shots} solved ones before each: "
            f"the same letter {equal} times; ours {mine.wall:.1f} s ({mine.cpu:.1f} CPU s), "
            f"lm-eval {theirs.wall:.1f} s ({theirs.cpu:.1f} CPU s): "
            f"{theirs.wall / mine.wall:.2f} times as fast, {theirs.cpu / mine.cpu:.2f} by CPU s",
            flush=True,
        )


if __name__ == "__main__":
    main()
