"""Bad answers of servers: nothing implausible is stored, no other answer is lost, no word leaks."""

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from clue.store.generations import generations
from clue.store.plausible import MAX_COUNT
from tests import tiny
from tests.attack.campaign import Campaign, Case
from tests.attack.forked import Ended, command, warm
from tests.attack.hostile_answers import PERMANENT
from tests.attack.hostile_server import HostileServer, Hostility

SAMPLES = 5
SECRETS = tuple(f"qzvex{'abcdefghi'[number] * 3}" for number in range(9))
"""A word of each prompt; message and files outside of the cells must not have any."""
BUDGET = 6
SECONDS = 1.5
"""Timeout of a request."""


class Base(NamedTuple):
    """Server, data and words that all cases share."""

    server: HostileServer
    words: list[str]
    """Command line without the store."""


@contextmanager
def served(folder: Path) -> Iterator[Base]:
    """Makes data with planted words, a tokenizer and a server; imports everything."""
    rows = [
        {
            "gold_label": ("entailment", "neutral", "contradiction")[number % 3],
            "pairID": f"id-{secret}",
            "sentence1": f"Patient {secret} has a swollen knee.",
            "sentence2": f"The knee of {secret} hurts.",
        }
        for number, secret in enumerate(SECRETS)
    ]
    tiny.lines(folder / "data" / "mednli" / "mli_test_v1.jsonl", rows)
    checkpoint = tiny.llama(folder / "model", template=tiny.CHATML)
    from transformers import AutoTokenizer

    with HostileServer(AutoTokenizer.from_pretrained(checkpoint)).running() as server:
        words = ["run.py", "backend=openai", f"backend.url={server.url}", "backend.model=tiny"]
        words += ["model=hf", f"model.repo={checkpoint}", "task=mednli", "prompt=zero_shot"]
        words += [f"limit={SAMPLES}", f"paths.data={folder / 'data'}", "backend.retries=1"]
        words += [f"tasks.mednli.max_new_tokens={BUDGET}", f"backend.timeout={SECONDS}"]
        warm(" ".join([*words, f"paths.mlruns={folder / 'mlruns'}"]))
        yield Base(server, words)


def attempt(case: Case) -> Iterator[str]:
    """Run against a server with garbage for some requests, then against the honest one."""
    base: Base = case.base
    store = case.folder / "mlruns"
    base.server.api = case.draw.choice(("tokens", "tokens", "text", "chat"))
    hostility = base.server.hostility = _hostility(case.draw)
    words = [
        *base.words,
        f"paths.mlruns={store}",
        f"backend.concurrency={case.draw.choice((1, 4))}",
    ]
    attacked = command(words, environment={"CLUE_MAX_GIB": "0.1"})
    kinds = ", ".join(answer.kind for answer in hostility.sent)[:300]
    statuses = {answer.status for answer in hostility.sent}
    lost = not hostility.words or statuses.intersection(PERMANENT)
    problems = [*_unclear(attacked), *_leaked(attacked, store), *_implausible(store)]
    if not lost and len(_stored(store)) < SAMPLES - len(hostility.words):
        problems.append(f"{len(_stored(store))} answers are stored; {attacked.output[-500:]}")
    base.server.hostility = Hostility(random.Random(0))
    repeated = command(words)
    problems += [*_unclear(repeated), *_leaked(repeated, store), *_implausible(store)]
    if repeated.code != 0:
        problems.append(f"the same command fails afterwards: {repeated.output[-700:]}")
    yield from (f"{base.server.api}, {kinds}: {problem}" for problem in problems)


def _hostility(draw: random.Random) -> Hostility:
    target = draw.choice(("list", "probe", "one", "one", "one", "two", "two", "all"))
    garbage = random.Random(draw.random())
    if target == "list":
        return Hostility(garbage, paths=draw.choice((("/models",), ("/version", "/info"))))
    if target == "probe":
        return Hostility(garbage, probes=True)
    counts = {"one": 1, "two": 2, "all": len(SECRETS)}
    return Hostility(garbage, words=tuple(draw.sample(SECRETS, counts[target])))


def _unclear(ended: Ended) -> Iterator[str]:
    unforeseen = ended.unforeseen()
    if unforeseen:
        yield unforeseen
    elif ended.code not in (0, 1):
        yield f"exit code {ended.code}: {ended.output[-300:]}"


def _leaked(ended: Ended, store: Path) -> Iterator[str]:
    """Words of prompts in messages, or in files other than the answers and the records."""
    texts = {"console": ended.output.encode()}
    for path in store.rglob("*"):
        answers = path.name in ("completions.jsonl", "records.json") or path.suffix == ".parquet"
        if path.is_file() and not answers:
            texts[str(path.relative_to(store))] = path.read_bytes()
    for name, content in texts.items():
        for secret in SECRETS:
            if secret.encode() in content:
                at = content.index(secret.encode())
                yield f"{name} has {secret}: {content[max(0, at - 150) : at + 60]!r}"
                break


def _stored(store: Path) -> list[object]:
    if not (store / "cells").is_dir():
        return []
    return [answer for one in generations(store) for answer in one.store.completions().values()]


def _implausible(store: Path) -> Iterator[str]:
    """Stored answers that no model with this budget gives; a rule of its own, not the project's."""
    if not (store / "cells").is_dir():
        return
    for generation in generations(store):
        for answer in generation.store.completions().values():
            counts = (answer.prompt_tokens, answer.new_tokens)
            fine = (
                isinstance(answer.text, str)
                and not any("\ud800" <= letter <= "\udfff" for letter in answer.text)
                and all(type(count) is int and 0 <= count <= MAX_COUNT for count in counts)
                and answer.new_tokens <= BUDGET
                and (answer.finish_reason == "stop" or answer.new_tokens == BUDGET)
                and (answer.new_tokens > 0 or not answer.text)
                and len(answer.text) < 10_000
                and math.isfinite(answer.seconds)
                and 0 <= answer.seconds < 60
            )
            if not fine:
                yield f"stored: {str(answer)[:300]}"


CAMPAIGN = Campaign(120, attempt, served, minutes=40)
