from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from clue.backends import Setup, create_backend
from clue.backends.huggingface.backend import TransformersBackend
from clue.backends.huggingface.decoding import Decoder
from clue.backends.huggingface.shared_prefix import common_prefix
from clue.backends.huggingface.turn import TurnRules
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError, ModelUnavailable
from clue.records import Completion, Message, Prompt
from tests import tiny
from tests.clue.backends.huggingface.asking import decoded

BUDGET = 12
SYSTEM = Message("system", "what are the causes of pain and how is it treated with tablets? " * 5)


def prompts(count: int = 7) -> list[Prompt]:
    texts = ["my knee" * (1 + 3 * (i % 4)) + f" {i}" for i in range(count)]
    return [Prompt(str(i), (SYSTEM, Message("user", text)), BUDGET) for i, text in enumerate(texts)]


def transformers_backend(folder: Path, cache: Path, **conf: Any) -> TransformersBackend:
    model = ModelConf(repo=str(folder), dtype="float32")
    backend = create_backend(Setup(model, BackendConf(**conf), folder.parent, cache))
    assert isinstance(backend, TransformersBackend)
    return backend


@pytest.fixture(scope="module", params=[None, tiny.CHATML], ids=["plain", "chat template"])
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return tiny.llama(folder, template=request.param, seed=3)


def decoder(
    backend: TransformersBackend,
    stop_ids: Sequence[int] = (),
    stop_strings: Sequence[str] = (),
    prefix: Sequence[int] = (),
) -> Decoder:
    rules = TurnRules(backend.checkpoint.chat.tokenizer, stop_ids, stop_strings)
    return Decoder(backend.checkpoint.model, rules, prefix)


def one_by_one(backend: TransformersBackend, questions: list[Prompt]) -> list[list[int]]:
    """Answers of the library's own `generate` to each prompt alone."""
    answers = []
    for prompt in questions:
        ids = torch.tensor([backend.checkpoint.chat.render(prompt.messages)])
        out = backend.checkpoint.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=BUDGET,
            eos_token_id=backend.checkpoint.chat.stop_ids,
            pad_token_id=0,
        )
        answers.append(out[0, ids.shape[1] :].tolist())
    return answers


def test_batches_answer_as_generate_does_one_by_one(checkpoint: Path, tmp_path: Path) -> None:
    backend = transformers_backend(checkpoint, tmp_path, batch_size=3)
    questions = prompts()
    rows = [backend.checkpoint.chat.render(prompt.messages) for prompt in questions]
    prefix = common_prefix(rows)
    assert len(prefix) > 32
    for shared in (prefix, []):
        decoding = decoder(
            backend,
            backend.checkpoint.chat.stop_ids,
            (),
            shared,
        )
        assert decoded(decoding, rows, [BUDGET] * len(rows)) == one_by_one(backend, questions)


def test_rows_end_at_their_own_budget_and_stop_token(checkpoint: Path, tmp_path: Path) -> None:
    backend = transformers_backend(checkpoint, tmp_path)
    rows = [backend.checkpoint.chat.render(prompt.messages) for prompt in prompts(3)]
    free = decoded(decoder(backend), rows, [6, 2, 4])
    assert [len(answer) for answer in free] == [6, 2, 4]
    stop = free[0][3]
    ended = decoded(decoder(backend, [stop]), rows, [6, 6, 6])
    assert ended[0] == free[0][: free[0].index(stop) + 1]


def test_a_stop_string_ends_a_row_and_is_cut_off(checkpoint: Path, tmp_path: Path) -> None:
    backend = transformers_backend(checkpoint, tmp_path)
    rows = [backend.checkpoint.chat.render(prompt.messages) for prompt in prompts(2)]
    decode = backend.checkpoint.chat.tokenizer.decode
    free = decoded(decoder(backend), rows, [BUDGET] * 2)[0]
    stop = decode(free[4:6])
    first = next(n for n in range(1, BUDGET) if stop in decode(free[:n]))
    backend.checkpoint.chat.stop_strings = (stop,)
    decoding = decoder(backend, (), (stop,), ())
    answer = decoded(decoding, rows, [BUDGET] * 2)[0]
    assert answer == free[:first]
    completion = backend.checkpoint.chat.completion(9, answer, 0.0)
    assert completion.text == decode(free[:first], skip_special_tokens=True).partition(stop)[0]
    assert completion.finish_reason == "stop"


def test_what_is_done_is_not_answered_and_changes_nothing(checkpoint: Path, tmp_path: Path) -> None:
    complete = dict(transformers_backend(checkpoint, tmp_path, batch_size=3).generate(prompts()))
    rest = dict(
        transformers_backend(checkpoint, tmp_path, batch_size=3).generate(prompts(), done={0, 1, 5})
    )
    assert sorted(complete) == list(range(7))
    assert {index: timeless(c) for index, c in rest.items()} == {
        index: timeless(complete[index]) for index in (2, 3, 4, 6)
    }


def timeless(completion: Completion) -> tuple[Any, ...]:
    return (
        completion.text,
        completion.finish_reason,
        completion.prompt_tokens,
        completion.new_tokens,
    )


def test_completions_count_their_tokens(checkpoint: Path, tmp_path: Path) -> None:
    backend = transformers_backend(checkpoint, tmp_path)
    for index, completion in backend.generate(prompts()):
        assert completion.prompt_tokens == backend.count(prompts()[index])
        assert 1 <= completion.new_tokens <= BUDGET
        assert completion.seconds > 0


def test_other_weights_have_another_identity(tmp_path: Path) -> None:
    folders = [tiny.llama(tmp_path / str(seed), seed=seed) for seed in (1, 2)]
    identities = [
        transformers_backend(folder, tmp_path / "cache").identity()["weights"] for folder in folders
    ]
    assert identities[0] != identities[1]
    (folders[1] / "model.safetensors").write_bytes((folders[0] / "model.safetensors").read_bytes())
    same = transformers_backend(folders[1], tmp_path / "cache").identity()["weights"]
    assert same == identities[0]


def test_the_context_is_the_smaller_of_file_and_checkpoint(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m", context=300)
    assert transformers_backend(folder, tmp_path).context() == 300
    backend = transformers_backend(folder, tmp_path)
    backend.setup.model.context = 200
    assert backend.context() == 200


def test_an_unreachable_model_names_page_login_and_download(tmp_path: Path) -> None:
    model = ModelConf(name="m", repo="org/private", gated=True)
    backend = create_backend(Setup(model, BackendConf(), tmp_path, tmp_path))
    with pytest.raises(ModelUnavailable) as caught:
        backend.identity()
    message = str(caught.value)
    for part in ("https://huggingface.co/org/private", "hf auth login", "hf download org/private"):
        assert part in message


def test_a_checkpoint_of_an_unknown_kind_is_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "no_such_type"}')
    with pytest.raises(ModelError, match="does not know the architecture") as caught:
        transformers_backend(tmp_path, tmp_path / "cache").identity()
    assert not isinstance(caught.value, ModelUnavailable)


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    model = ModelConf(name="m", repo="o/m", gguf_package="no_such_package", gguf_file="m.gguf")
    with pytest.raises(ModelUnavailable, match=r"make embedded.*--no-deps no-such-package"):
        create_backend(Setup(model, BackendConf(), tmp_path, tmp_path)).identity()


def test_an_adapter_changes_answers_and_identity(checkpoint: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    plain = transformers_backend(checkpoint, tmp_path)
    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    lora = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    get_peft_model(base, lora).save_pretrained(tmp_path / "adapter")
    tuned = transformers_backend(checkpoint, tmp_path)
    tuned.setup.model.adapter = str(tmp_path / "adapter")
    assert tuned.identity()["adapter"] is not None
    assert tuned.identity() != plain.identity()
    texts = [[c.text for _, c in backend.generate(prompts())] for backend in (plain, tuned)]
    assert texts[0] != texts[1]
    rows = [tuned.checkpoint.chat.render(prompt.messages) for prompt in prompts()]
    decoding = decoder(
        tuned,
        tuned.checkpoint.chat.stop_ids,
        (),
        rows[0][:40],
    )
    assert decoded(decoding, rows, [BUDGET] * len(rows)) == one_by_one(tuned, prompts())
