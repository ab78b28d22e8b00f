from pathlib import Path
from typing import Any

import pytest

from analysis.cells import StoredCell
from analysis.errors import PairingError
from analysis.pairing.same_protocol import (
    incomparable_metrics,
    setting_differences,
)


def cell(model: str, **changes: Any) -> StoredCell:
    """A cell whose generation has some values of its own, by dotted key."""
    generation: dict[str, Any] = {
        "protocol": {"wording": ["system", "user"], "max_new_tokens": 20},
        "model": {"repo": f"org/{model}", "revision": model, "dtype": "bfloat16"},
        "decoding": "greedy",
        "backend": {"name": "transformers", "weights": model, "chat": {"system": model}},
    }
    facts = {"score": ["a"], "level": 1, "dataset": "meqsum", "prompt": "paper", "task": "meqsum"}
    for key, value in changes.items():
        settings: Any = generation if key.partition("__")[0] in generation else facts
        *groups, last = key.split("__")
        for group in groups:
            settings = settings[group]
        settings[last] = value
    return StoredCell(
        Path("x"), facts | {"model": model, "generation": generation}, {"a": "1", "b": "1"}
    )


def test_two_models_of_one_protocol_need_no_declaration() -> None:
    same_chat = cell("base", backend__chat={"system": "folded"})
    assert (
        setting_differences(same_chat, cell("tuned", backend__chat={"system": "folded"}), []) == ()
    )


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"protocol__max_new_tokens": 30}, "protocol.max_new_tokens"),
        ({"protocol__wording": ["other"]}, "protocol.wording"),
        ({"decoding": "sampled"}, "decoding"),
        ({"backend__name": "vllm"}, "backend.name"),
        ({"model__dtype": "float16"}, "model.dtype"),
        ({"model__quantization": "nf4"}, "model.quantization"),
        ({"score": ["b"]}, "score"),
    ],
)
def test_any_other_difference_is_refused_until_it_is_declared(
    change: dict[str, Any], key: str
) -> None:
    base, tuned = cell("base"), cell("tuned", backend__chat={"system": "base"}, **change)
    with pytest.raises(PairingError, match=f"(?s){key}: .*allowed_differences="):
        setting_differences(base, tuned, ["backend.version"])
    (difference,) = setting_differences(base, tuned, [key])
    assert difference.key == key


def test_a_group_of_keys_can_be_allowed() -> None:
    (difference,) = setting_differences(cell("base"), cell("tuned"), ["backend.chat"])
    assert (difference.key, difference.base, difference.tuned) == (
        "backend.chat.system",
        "base",
        "tuned",
    )


def test_another_template_is_a_difference_of_the_layout_in_short_words() -> None:
    chats = [{"layout": "chat template", "template_sha256": 64 * "a"}, {"layout": "plain"}]
    base, tuned = (cell("base", backend__chat=chat) for chat in chats)
    tuned.facts["generation"]["model"]["chat_template"] = "none"
    differences = setting_differences(base, tuned, ["backend.chat"])
    assert [(one.key, one.base, one.tuned) for one in differences] == [
        ("backend.chat.layout", "chat template", "plain"),
        ("backend.chat.template_sha256", "aaaaaaaaaaaa", "None"),
    ]


def test_long_values_are_cut_in_messages() -> None:
    base, tuned = cell("base"), cell("tuned", protocol__wording="long " * 50)
    with pytest.raises(PairingError) as error:
        setting_differences(base, tuned, ["backend.chat"])
    assert len(str(error.value)) < 400


def test_metrics_of_other_signatures_are_not_compared() -> None:
    base = StoredCell(Path("x"), cell("base").facts, {"a": "1", "b": "1", "c": "1"})
    tuned = StoredCell(Path("x"), cell("tuned").facts, {"a": "1", "b": "2"})
    reasons = incomparable_metrics(base, tuned)
    assert set(reasons) == {"b", "c"}
    assert "1 (base), 2 (tuned)" in reasons["b"]
    assert "tuned/meqsum/paper was not scored by c" in reasons["c"]
