from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from clue.backends import Setup, create_backend
from clue.backends.baseline import COPIED_WORDS, RULES, BaselineBackend
from clue.config.model_files import load, names
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ConfigError
from tests.clue.task.test_task import build_task


def answers(name: str, rule: str, data: Path, **prompting: object) -> dict[tuple[str, int], str]:
    task = build_task(name, data, **prompting)  # type: ignore[arg-type]
    split = task.split()
    prompts = [task.prompt(sample, split.shots) for sample in split.scored]
    backend = BaselineBackend(setup(rule)).bind(task)
    return {prompts[i].key: done.text for i, done in backend.generate(prompts)}


def setup(rule: str) -> Setup:
    return Setup(ModelConf(baseline=rule), BackendConf(), Path(), Path())


def test_every_rule_is_a_model() -> None:
    baselines = {name: load(name) for name in names() if name.startswith("baseline_")}
    assert {model.baseline for model in baselines.values()} == set(RULES)
    assert all(name == f"baseline_{model.baseline}" for name, model in baselines.items())


def test_a_baseline_answers_whatever_backend_is_set() -> None:
    assert isinstance(create_backend(setup("copy")), BaselineBackend)


def test_an_unknown_rule_lists_the_known() -> None:
    with pytest.raises(ConfigError, match=r"model.baseline=best is none of majority, copy"):
        create_backend(setup("best"))


def test_the_majority_is_counted_over_the_scored_file(data: Path) -> None:
    split = build_task("mednli", data).split()
    counted = Counter(sample.target for sample in split.scored)
    most = max(counted.values())
    first = min(label for label, count in counted.items() if count == most)
    assert set(answers("mednli", "majority", data).values()) == {first}


def test_where_all_references_differ_the_majority_is_a_worked_example(data: Path) -> None:
    split = build_task("meqsum", data).split()
    assert set(answers("meqsum", "majority", data).values()) == {split.shots[0].target}
    assert set(answers("meqsum", "majority", data, shots=0).values()) == {""}


@pytest.mark.parametrize("rule", RULES)
def test_wordings_have_one_answer_and_draws_differ_by_chance_alone(data: Path, rule: str) -> None:
    task = build_task("longhealth2", data)
    split = task.split()
    prompt = task.prompt(split.scored[0], split.shots)
    asked = [replace(prompt, wording=wording, draw=draw) for draw in range(9) for wording in (0, 1)]
    completions = dict(BaselineBackend(setup(rule)).bind(task).generate(asked))
    texts = [completions[index].text for index in range(len(asked))]
    assert texts[::2] == texts[1::2]
    assert (len(set(texts)) > 1) == (rule == "random")


def test_a_rule_has_no_thought_and_the_columns_of_one(data: Path) -> None:
    task = build_task("mednli", data)
    split = task.split()
    prompt = replace(task.prompt(split.scored[0], split.shots), thought_tokens=9)
    ((_, completion),) = BaselineBackend(setup("copy")).bind(task).generate([prompt])
    row = completion.row()
    assert (row["thought"], row["thought_tokens"], row["thought_end"]) == (None, 0, "absent")


@pytest.mark.parametrize("rule", ["majority", "random"])
def test_a_chosen_letter_is_read_by_both_rules(data: Path, rule: str) -> None:
    task = build_task("longhealth2", data)
    completions = answers("longhealth2", rule, data)
    for sample in task.split().scored:
        text = completions[sample.key]
        letter = task.module.parse(text, sample)
        assert letter is not None
        assert letter == task.module.parse_upstream(text, sample)


def test_a_copy_is_the_beginning_of_the_input(data: Path) -> None:
    for sample in build_task("medisumqa", data).split().scored:
        copied = answers("medisumqa", "copy", data)[sample.key]
        assert sample.fields["discharge_summary"].startswith(copied)
    assert (
        max(len(text.split()) for text in answers("longhealth1", "copy", data).values())
        == COPIED_WORDS
    )


def test_chance_is_the_same_again_and_uses_every_label(data: Path) -> None:
    first = answers("mednli", "random", data, shots=0)
    assert answers("mednli", "random", data, shots=0) == first
    assert len(set(first.values())) == 3


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "frequent_codes"])
def test_a_limit_changes_no_answer(data: Path, rule: str) -> None:
    unlimited = answers("mednli", rule, data)
    task = build_task("mednli", data, limit=2)
    split = task.split()
    prompts = [task.prompt(sample, split.shots) for sample in split.scored]
    backend = BaselineBackend(setup(rule)).bind(task)
    assert {prompts[i].key: done.text for i, done in backend.generate(prompts)} == {
        prompt.key: unlimited[prompt.key] for prompt in prompts
    }
