import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clue.records import Completion, Message, Prompt, Record, Sample, SampleKey, sha256

texts = st.text(max_size=40)
completions = st.builds(
    Completion,
    text=texts,
    finish_reason=st.sampled_from(["stop", "length"]),
    prompt_tokens=st.integers(0, 10**6),
    new_tokens=st.integers(0, 10**6),
    seconds=st.floats(0, 1e6),
)
records = st.builds(
    Record,
    **dict.fromkeys(
        ["task", "model", "sample_id", "cluster", "prompt_sha256", "target_sha256"], texts
    ),
    repeat=st.integers(0, 9),
    wording=st.integers(0, 9),
    draw=st.integers(0, 9),
    completion=completions,
    answer=st.none() | texts,
    scores=st.dictionaries(st.sampled_from(["rouge1", "accuracy"]), st.floats(0, 1)),
    flags=st.dictionaries(st.sampled_from(["empty", "truncated"]), st.booleans()),
)


@given(records)
def test_a_record_survives_its_row(record: Record) -> None:
    assert Record.from_row(record.row()) == record
    assert Record.from_row(json.loads(json.dumps(record.row()))) == record


@given(records)
def test_a_row_of_an_older_table_is_of_the_first_wording_and_draw(record: Record) -> None:
    row = {name: value for name, value in record.row().items() if name not in ("wording", "draw")}
    assert Record.from_row(row) == replace(record, wording=0, draw=0)


def test_a_record_a_prompt_and_a_sample_have_the_same_key() -> None:
    key = SampleKey("s", 1, 2, 3)
    prompt = Prompt(messages=(), max_new_tokens=1, **key._asdict())
    assert prompt.key == key
    assert Sample("s", {}, "t", "c", 1).key == key._replace(wording=0, draw=0)
    answer = Completion("", "stop", 1, 1, 0.0)
    digests = {"prompt_sha256": "p", "target_sha256": "t"}
    record = Record("t", "m", cluster="c", completion=answer, answer="", **digests, **key._asdict())
    assert record.key == key


def test_the_prompt_digest_is_that_of_the_canonical_json() -> None:
    # printf '[[["user","Où ?"]],8]' | sha256sum
    prompt = Prompt("1", (Message("user", "Où ?"),), 8)
    assert prompt.sha256 == "50c3a366bc4fa92c948bb568b5d2bdb5fbf7b0f318d7cd3055d6dfbc703b1ac0"


def test_the_prompt_digest_covers_what_is_asked_and_not_of_whom() -> None:
    prompt = Prompt("1", (Message("user", "a"),), 8)
    assert prompt.sha256 == Prompt("2", (Message("user", "a"),), 8, 3, wording=1, draw=2).sha256
    assert prompt.sha256 != Prompt("1", (Message("system", "a"),), 8).sha256
    assert prompt.sha256 != Prompt("1", (Message("user", "a"),), 9).sha256


@given(st.dictionaries(texts, texts))
def test_a_digest_does_not_depend_on_the_order_of_keys(value: dict[str, str]) -> None:
    assert sha256(value) == sha256(dict(reversed(value.items())))
