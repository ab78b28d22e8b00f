from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.schema import PromptConf
from clue.data.registry import DEMO
from clue.errors import DataError
from clue.records import Sample
from clue.task.population import PARAGRAPHS, Population, PromptForm, deal, latin_hypercube
from clue.task.protocol import protocol_settings
from clue.task.task import Task
from clue.task.task_files import load
from clue.task.wordings import wordings
from tests import tiny

POPULATED = (
    *("mednli", "meqsum", "problem_summary", "longhealth1", "longhealth2", "longhealth3"),
    *("medisumqa", "medisumcode", "medqa", "pubmedqa", "mmlu_medical", "medmcqa"),
)
"""Tasks of the paper, and exams."""


def task_of(name: str, data: Path = DEMO, limit: int | None = None, **prompting: object) -> Task:
    conf = PromptConf(**{"design": "spread", **prompting})  # type: ignore[arg-type]
    return Task(load(name), data, conf, limit)


def population_of(task: Task) -> Population:
    assert task.population is not None
    return task.population


def item(number: int, cluster: str = "", repeat: int = 0) -> Sample:
    return Sample(f"item {number}", {}, "", cluster or f"item {number}", repeat)


@given(st.integers(2, 40), st.integers(0, 9))
def test_each_level_occurs_equally_often_up_to_one(size: int, seed: int) -> None:
    levels = {facet: list(range(2 + number)) for number, facet in enumerate(PromptForm._fields)}
    forms = latin_hypercube(levels, size, str(seed))
    for facet, values in levels.items():
        counts = Counter(getattr(form, facet) for form in forms)
        spread = {counts[value] for value in values}
        assert len(forms) == size
        assert max(spread) - min(spread) <= 1


def test_another_seed_draws_another_population() -> None:
    first, second = (population_of(task_of("mednli", population_seed=seed)) for seed in (1, 2))
    assert first.forms != second.forms
    assert first.protocol()["sha256"] != second.protocol()["sha256"]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=60),
    st.integers(2, 12),
    st.data(),
)
def test_prompts_are_dealt_evenly_and_each_item_gets_different_ones(
    items: list[tuple[int, int]], size: int, data: st.DataObject
) -> None:
    per_item = data.draw(st.integers(1, size))
    samples = [
        item(number, f"cluster {cluster}", repeat) for number, (cluster, repeat) in enumerate(items)
    ]
    numbers = deal(samples, size, per_item)
    assert all(len(set(dealt)) == per_item for dealt in numbers.values())
    counts = Counter(number for dealt in numbers.values() for number in dealt)
    rounds = -(-len(samples) // size)
    assert max(counts.values()) - min(counts[number] for number in range(size)) <= per_item
    assert max(counts.values()) <= rounds * per_item
    assert numbers == deal(samples[::-1], size, per_item)


def test_a_cluster_sees_as_many_prompts_as_it_has_items() -> None:
    samples = [item(number, f"cluster {number % 10}") for number in range(80)]
    numbers = deal(samples, 24, 1)
    for cluster in range(10):
        seen = [numbers[sample.key][0] for sample in samples[cluster::10]]
        assert len(set(seen)) == len(seen) == 8


def test_a_second_prompt_meets_others_in_each_round() -> None:
    pairs = {tuple(dealt) for dealt in deal(map(item, range(240)), 24, 2).values()}
    distances = {(second - first) % 24 for first, second in pairs}
    assert len(distances) > 4


@pytest.mark.parametrize("name", POPULATED)
def test_every_prompt_of_a_task_can_be_filled_and_differs(name: str) -> None:
    task = task_of(name, design="crossed", limit=1)
    split = task.split()
    prompts = task.prompts(split)
    assert len(prompts) == 24 == len({prompt.sha256 for prompt in prompts})
    assert [prompt.wording for prompt in prompts] == list(range(24))
    assert {sample.key for sample in split.scored} == {split.scored[0].key}
    for prompt in prompts:
        assert [message.role for message in prompt.messages][-1] == "user"
        assert all(message.content.strip() == message.content for message in prompt.messages)
        assert all(message.content for message in prompt.messages)


@pytest.mark.parametrize("name", POPULATED)
def test_a_limit_changes_no_prompt(name: str) -> None:
    full, part = (task_of(name, limit=limit) for limit in (None, 5))
    by_key = {prompt.key: prompt.sha256 for prompt in full.prompts(full.split())}
    some = part.prompts(part.split())
    assert len(some) == 5
    assert all(by_key[prompt.key] == prompt.sha256 for prompt in some)


def test_answers_of_one_design_serve_the_others() -> None:
    spread, twice, crossed = (
        task_of("mednli", **design)  # type: ignore[arg-type]
        for design in ({}, {"per_item": 2}, {"design": "crossed"})
    )
    assert protocol_settings(spread) == protocol_settings(twice) == protocol_settings(crossed)
    prompts = [
        {one.key: one.sha256 for one in t.prompts(t.split())} for t in (spread, twice, crossed)
    ]
    assert prompts[0].items() <= prompts[1].items() <= prompts[2].items()
    assert list(map(len, prompts)) == [60, 2 * 60, 24 * 60]


def test_the_protocol_of_one_prompt_knows_no_population() -> None:
    assert "population" not in protocol_settings(task_of("mednli", design="one"))


@pytest.mark.parametrize(
    "change",
    [{"population": 23}, {"shot_draws": 3}, {"population_seed": 5}, {"shots": 1}],
    ids=str,
)
def test_whatever_changes_a_prompt_changes_the_protocol(change: dict[str, int]) -> None:
    changed = protocol_settings(task_of("mednli", **change))
    assert changed != protocol_settings(task_of("mednli"))


def test_no_worked_example_of_any_draw_is_scored(data: Path) -> None:
    task = task_of("meqsum", data, shots=2, shot_draws=3)
    split = task.split()
    assert len(split.shots) == 6
    assert not {sample.id for sample in split.shots} & {sample.id for sample in split.scored}
    population = population_of(task)
    draws = {
        form.shot_draw: frozenset(one.id for one in population.worked_examples(number, split.shots))
        for number, form in enumerate(population.forms)
    }
    assert len(draws) == 3
    assert frozenset.union(*draws.values()) == {sample.id for sample in split.shots}


def test_too_few_samples_for_all_draws_are_an_error(data: Path) -> None:
    with pytest.raises(DataError, match="too few samples for 12 worked examples"):
        task_of("meqsum", data, shots=3).split()


def test_a_small_source_of_worked_examples_gives_parts_of_it() -> None:
    task = task_of("medqa")
    pool = task.split().shots
    assert len(pool) == 6  # twelve would be four draws of three
    population = population_of(task)
    drawn = {
        tuple(sorted(one.id for one in population.worked_examples(number, pool)))
        for number in range(24)
    }
    assert 2 <= len(drawn) <= 4


def test_orders_of_worked_examples_are_permutations() -> None:
    task = task_of("mednli")
    population, pool = population_of(task), task.split().shots
    for number, form in enumerate(population.forms):
        block = pool[3 * form.shot_draw : 3 * form.shot_draw + 3]
        drawn = population.worked_examples(number, pool)
        assert sorted(one.id for one in drawn) == sorted(one.id for one in block)
        if form.shot_order == 0:
            assert drawn == tuple(block)


def messages_of(name: str, **facets: object) -> list[tuple[str, str]]:
    task = task_of(name)
    population = population_of(task)
    form = PromptForm("formal_1", "blank line", "as written", "A:", "system", 0, 0)
    changed = replace(population, forms=(form._replace(**facets),))  # type: ignore[arg-type]
    split = task.split()
    return list(changed.messages(0).of(split.scored[0], split.shots[: task.shots]))  # type: ignore[arg-type]


def test_the_instruction_stands_in_the_system_turn_or_before_the_first_question() -> None:
    (role, system), first, *others = messages_of("mednli")
    assert role == "system"
    moved = messages_of("mednli", place="user")
    assert moved == [("user", f"{system}\n\n{first[1]}"), *others]


@pytest.mark.parametrize("level", PARAGRAPHS)
def test_parts_stand_apart_as_the_format_says(level: str) -> None:
    asked = messages_of("mednli", paragraphs=level)[-1][1]
    assert PARAGRAPHS[level] in asked
    assert asked == messages_of("mednli")[-1][1].replace("\n\n", PARAGRAPHS[level])


@pytest.mark.parametrize(
    ("level", "line"),
    [("A:", "\nB: "), ("A.", "\nB. "), ("A)", "\nB) "), ("(A)", "\n(B) ")],
)
def test_options_have_the_mark_of_the_format(level: str, line: str) -> None:
    for _, content in messages_of("medqa", options=level)[1::2]:
        assert content.count(line) == 1


def test_labels_have_the_form_of_the_format() -> None:
    written = messages_of("mednli", wording="clinician_2")[-1][1]
    label = written.partition(":")[0]
    capitals = messages_of("mednli", wording="clinician_2", labels="capitals")[-1][1]
    heading = messages_of("mednli", wording="clinician_2", labels="heading")[-1][1]
    assert capitals.startswith(f"{label.upper()}: ")
    assert heading.startswith(f"### {label}\n")


def test_tasks_of_a_data_set_have_the_same_prompts_and_other_data_sets_others() -> None:
    forms = [population_of(task_of(f"longhealth{number}")).forms for number in (1, 2, 3)]
    assert forms[0] == forms[1] == forms[2]
    assert population_of(task_of("mednli")).forms != population_of(task_of("meqsum")).forms


def test_every_presentation_of_a_question_has_a_prompt_of_its_own(tmp_path: Path) -> None:
    tiny.longhealth(tmp_path)
    task = task_of("longhealth1", tmp_path)
    asked: dict[str, set[int]] = {}
    for prompt in task.prompts(task.split()):
        asked.setdefault(prompt.sample_id, set()).add(prompt.wording)
    assert all(len(numbers) == 5 for numbers in asked.values())


@pytest.mark.parametrize("name", POPULATED)
def test_there_are_twelve_wordings_of_each_kind_twice(name: str) -> None:
    task = task_of(name)
    labels = getattr(task.module, "LABELS", ())
    kinds = Counter(wording.kind for wording in wordings(task.conf, labels).values())
    assert len(kinds) == 6
    assert set(kinds.values()) == {2}
