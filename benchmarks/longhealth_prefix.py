"""Prompt tokens that an ideal prefix cache must read for LongHealth, per order of the documents.

    python -m benchmarks.longhealth_prefix

A cache that keeps everything reads each distinct prefix once, which is the number of nodes of the
trie over all prompts of a task, as token ids. The synthetic file has the dimensions of the real
one: 20 patients with 20 questions and letters of 5,090 to 6,754 words together, five repeats.
Tokens are those of SmolLM2, chat template included.
"""

import json
import random
import tempfile
from dataclasses import replace
from pathlib import Path

from clue.backends import Setup
from clue.backends.huggingface.backend import TransformersBackend
from clue.common.prefix_tree import distinct_prefixes
from clue.config.model_files import load
from clue.config.schema import BackendConf, PromptConf
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO
from clue.task.task import Task
from clue.task.task_files import load as load_task

PATIENTS, QUESTIONS, LETTERS = 20, 20, 5
WORDS = (5090, 6754)
UNLIMITED = 10**6
"""A budget that cuts no document."""


def synthetic_file(seed: int = 1) -> dict[str, object]:
    """A file in LongHealth's format, with letters from words of the demonstration data."""
    order = random.Random(seed)
    demo = json.loads(locate(DATASETS["longhealth"], "test", DEMO).read_text())
    pool = [text for patient in demo.values() for text in patient["texts"].values()]
    words = " ".join(pool).split(" ")
    return {f"patient_{p:02}": _patient(order, words) for p in range(PATIENTS)}


def _patient(order: random.Random, words: list[str]) -> dict[str, object]:
    length = order.randint(*WORDS) // LETTERS
    starts = [order.randrange(len(words) - length) for _ in range(LETTERS)]
    texts = {f"text_{t}": " ".join(words[s : s + length]) for t, s in enumerate(starts)}
    return {"texts": texts, "questions": [_question(order, q) for q in range(QUESTIONS)]}


def _question(order: random.Random, number: int) -> dict[str, object]:
    letters = order.sample(range(LETTERS), order.choice([1, 1, 1, 2]))
    return {
        "No": number,
        "question": f"What was found at visit {number}, and what follows from it?",
        **{f"answer_{letter}": f"Finding {letter} of visit {number}" for letter in "abcde"},
        "correct": f"Finding c of visit {number}",
        "answer_location": {f"text_{letter}": {} for letter in letters},
    }


def report(task: Task, backend: TransformersBackend) -> None:
    """Print the tokens sent and the tokens to read."""
    samples = task.split().scored
    prompts = [
        "".join(map(chr, backend.checkpoint.chat.render(task.prompt(sample, ()).messages)))
        for sample in samples
    ]
    sent, read = sum(map(len, prompts)), distinct_prefixes(prompts)
    conf = task.conf
    print(
        f"{conf.name}  {conf.order:12}  budget {conf.budget:>7}  prompts {len(prompts)}  "
        f"sent {sent:>10,}  read {read:>10,}  ({read / sent:.1%})",
        flush=True,
    )


def main() -> None:
    """Report all three tasks and both orders, with the default and with an unlimited budget."""
    backend = TransformersBackend(
        Setup(load("smollm2_135m"), BackendConf(), Path("models"), Path("mlruns/cache"))
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "longhealth" / "benchmark_v5.json"
        path.parent.mkdir()
        path.write_text(json.dumps(synthetic_file()))
        for name in ("longhealth1", "longhealth2", "longhealth3"):
            conf = load_task(name)
            for budget in (conf.budget, UNLIMITED):
                for order in ("per_question", "per_patient"):
                    variant = replace(conf, order=order, budget=budget)
                    report(Task(variant, Path(folder), PromptConf()), backend)


if __name__ == "__main__":
    main()
