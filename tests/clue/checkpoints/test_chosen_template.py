"""A model is asked in the template that its file names; a lost template is noticed."""

from pathlib import Path

import pytest

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.checkpoints.layout_notes import LATE_SYSTEM
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError, ModelUnavailable
from clue.records import Message
from tests import tiny

TALK = [Message("system", "Be brief."), Message("user", "one")]
THINKS = tiny.CHATML.replace("assistant\n{% endif", "assistant\n<think>{% endif")
LATE = (
    "{% for m in messages if m.role != 'system' %}{% if loop.last %}{{ messages[0].content }}\n\n"
    "{% endif %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
)
LOST = "m has no chat template, but its tokenizer has the tokens of one (<|im_start|>)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.llama(tmp_path / "org" / "m", template=None)


def checkpoint(folder: Path, **fields: object) -> Checkpoint:
    conf = ModelConf(**{"name": "m", "repo": "org/m", "domain": "biomedical", **fields})  # type: ignore[arg-type]
    models = folder.parent.parent
    return Checkpoint(Setup(conf, BackendConf(), models, models / "cache"))


def donor(folder: Path, template: str | None) -> str:
    """A tokenizer without weights beside the model, by its id."""
    tiny.tokenizer(template).save_pretrained(folder.with_name("donor"))
    return "org/donor"


def test_the_template_of_another_model_is_used_without_its_weights(folder: Path) -> None:
    other = checkpoint(folder, chat_template=donor(folder, tiny.CHATML))
    assert other.chat.facts == checkpoint_with(folder, tiny.CHATML).chat.facts
    text = other.chat.tokenizer.decode(other.chat.render(TALK))
    assert text.endswith("<|im_start|>user\none<|im_end|>\n<|im_start|>assistant\n")


def checkpoint_with(folder: Path, template: str) -> Checkpoint:
    own = tiny.llama(folder.with_name("own"), template=template)
    return checkpoint(own, repo="org/own")


def test_the_template_of_a_file_is_used_and_decides_the_identity(folder: Path) -> None:
    path = folder / "chat.jinja"
    path.write_text(tiny.CHATML)
    by_file = checkpoint(folder, chat_template=str(path)).chat.facts
    assert by_file == checkpoint(folder, chat_template=donor(folder, tiny.CHATML)).chat.facts
    path.write_text(f"{tiny.CHATML} ")
    changed = checkpoint(folder, chat_template=str(path)).chat.facts
    assert changed["template_sha256"] != by_file["template_sha256"]


def test_none_is_the_plain_layout_of_a_tokenizer_with_a_template(folder: Path) -> None:
    thinking = tiny.llama(folder.with_name("thinking"), template=THINKS)
    plain = checkpoint(thinking, repo="org/thinking", chat_template="none")
    assert plain.chat.facts == checkpoint(folder).chat.facts
    with pytest.raises(ModelError, match="opens a thought"):
        _ = checkpoint(thinking, repo="org/thinking").chat


def test_a_model_without_a_template_lends_none(folder: Path) -> None:
    with pytest.raises(ModelError, match="has no chat template; name another one"):
        _ = checkpoint(folder, chat_template=donor(folder, None)).chat


def test_a_model_that_is_not_here_lends_none(folder: Path) -> None:
    with pytest.raises(ModelUnavailable, match="org/absent"):
        _ = checkpoint(folder, chat_template="org/absent").chat


def test_a_lost_template_is_a_note_and_a_warning(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (note,) = checkpoint(folder, base="llama3_8b_instruct").notes
    assert note.startswith(LOST)
    assert "model.chat_template=llama3_8b_instruct or a file" in note
    assert note in caplog.text


def test_a_base_with_a_template_is_noticed_without_tokens_of_turns(
    folder: Path, tmp_path: Path
) -> None:
    tokenizer = tiny.tokenizer(None)
    base = tiny.llama(tmp_path / "org" / "base", template=tiny.CHATML)
    tuned = checkpoint(folder, base_repo="org/base")
    tuned.chat.tokenizer = tokenizer
    tokenizer.get_added_vocab = dict
    assert "but its base org--base has one" in tuned.notes[0]
    (base / "chat_template.jinja").unlink()
    again = checkpoint(folder, base_repo="org/base")
    again.chat.tokenizer = tokenizer
    assert again.notes == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"chat_template": "none"},
        {"domain": "general"},  # a model file of a pre-trained model
    ],
)
def test_a_layout_that_a_person_chose_needs_no_note(
    folder: Path, fields: dict[str, object]
) -> None:
    assert checkpoint(folder, **fields).notes == ()
    assert checkpoint(folder, name=None, domain="general").notes


def test_an_instruction_after_the_worked_examples_is_a_note(folder: Path) -> None:
    late = checkpoint_with(folder, LATE)
    assert late.chat.facts["system"] == "own turn"
    assert late.notes == (LATE_SYSTEM,)
    assert checkpoint(folder, chat_template=donor(folder, tiny.CHATML)).notes == ()
