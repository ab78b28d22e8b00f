from dataclasses import replace
from pathlib import Path

from clue.backends.batch_effect import repeat_alone
from clue.records import Completion, Message, Prompt


class Backend:
    """Answers with the number of prompts that it was asked together, or the same always."""

    def __init__(self, depends: bool) -> None:
        self.depends = depends
        self.asked: list[str] = []

    def generate(self, prompts, done=()):  # type: ignore[no-untyped-def]
        self.asked += [prompt.sample_id for prompt in prompts]
        for index in range(len(prompts)):
            text = str(len(prompts)) if self.depends else "same"
            yield index, Completion(text, "stop", 1, 1, 0.0)


def prompts(order: range) -> list[Prompt]:
    return [Prompt(str(i), (Message("user", f"question {i}"),), 5) for i in order]


def test_answers_that_depend_on_the_batch_are_counted(tmp_path: Path) -> None:
    for depends, changed in ((True, 4), (False, 0)):
        backend = Backend(depends)
        questions = prompts(range(9))
        completions = [completion for _, completion in backend.generate(questions)]
        backend.asked.clear()
        effect = repeat_alone(backend, questions, completions, 4)  # type: ignore[arg-type]
        assert effect == {"alone_n": 4, "alone_changed": changed}
        assert len(set(backend.asked)) == 4


def test_the_same_samples_are_asked_whatever_their_order() -> None:
    chosen = []
    for order in (range(9), range(8, -1, -1)):
        backend = Backend(depends=False)
        questions = prompts(order)
        completions = [completion for _, completion in backend.generate(questions)]
        backend.asked.clear()
        repeat_alone(backend, questions, completions, 4)  # type: ignore[arg-type]
        chosen.append(backend.asked)
    assert chosen[0] == chosen[1]
    assert chosen[0] != [str(i) for i in range(4)]


def test_no_more_are_asked_than_there_are() -> None:
    backend = Backend(depends=False)
    questions = prompts(range(2))
    completions = [completion for _, completion in backend.generate(questions)]
    assert repeat_alone(backend, questions, completions, 50)["alone_n"] == 2  # type: ignore[arg-type]


def test_prompts_come_before_their_second_draws() -> None:
    backend = Backend(depends=False)
    questions = [replace(prompt, draw=draw) for prompt in prompts(range(4)) for draw in range(3)]
    completions = [completion for _, completion in backend.generate(questions)]
    backend.asked.clear()
    repeat_alone(backend, questions, completions, 4)  # type: ignore[arg-type]
    assert sorted(backend.asked) == ["0", "1", "2", "3"]
