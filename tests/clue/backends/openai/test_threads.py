import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from clue.backends.openai.threads import ThreadCrew
from tests import tiny
from tests.clue.backends.openai.prompts_and_answers import openai_backend, prompts
from tests.clue.backends.openai.server import Server


def test_requests_are_on_their_way_together_and_not_more_than_allowed(
    tmp_path: Path,
) -> None:
    server = Server(tiny.llama(tmp_path, seed=3))
    together, at_once, most = threading.Barrier(3, timeout=20), 0, 0
    counting, answer = threading.Lock(), server.answer

    def meet(body: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal at_once, most
        with counting:
            at_once, most = at_once + 1, max(most, at_once + 1)
        together.wait()
        response = answer(body)
        with counting:
            at_once -= 1
        return response

    with server.running():
        backend = openai_backend(server, tmp_path, concurrency=3)
        backend.identity()
        server.answer = meet  # type: ignore[method-assign]
        assert len(dict(backend.generate(prompts(6)))) == 6
    assert most == 3


def test_who_stops_listening_waits_for_nobody() -> None:
    begun, let_go, others = [], threading.Event(), threading.enumerate()

    def do(task: int) -> int:
        begun.append(task)
        if task:
            let_go.wait(20)
        return task

    crew: ThreadCrew[int] = ThreadCrew(2)
    working = crew.run(range(10), do)
    assert next(working) == (0, 0)
    working.close()  # type: ignore[attr-defined]
    let_go.set()
    for thread in set(threading.enumerate()) - set(others):
        thread.join(10)
    assert len(begun) < 10


def test_what_a_task_raises_is_raised_where_the_results_are_read() -> None:
    def do(task: int) -> int:
        raise KeyError(task)

    with pytest.raises(KeyError):
        list(ThreadCrew[int](2).run(range(3), do))
