"""Each form of `model.chat_template`, and each way to miss it."""

from pathlib import Path

import pytest

from clue.config import model_files
from clue.config.chat_template_setting import donor, identity, problem, template_text
from clue.config.schema import ModelConf
from clue.config.validation import validate
from clue.errors import ConfigError
from clue.study.stored_models import IDENTITY
from tests import tiny
from tests.clue.config.test_schema import composed

REPO = "meta-llama/Meta-Llama-3-8B-Instruct"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of own files with a template, and another working directory."""
    folder = tmp_path / "own"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "chat.jinja").write_text(tiny.CHATML)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(folder))
    return folder


@pytest.mark.parametrize("value", ["chat.jinja", "model/chat.jinja"])
def test_a_file_is_found_in_a_folder_of_own_files(own: Path, value: str) -> None:
    assert template_text(value) == tiny.CHATML
    assert problem(ModelConf(repo="org/m", chat_template=value)) is None


def test_a_file_is_found_by_its_path_and_in_the_working_directory(own: Path) -> None:
    Path("here.jinja").write_text("x")
    assert template_text("here.jinja") == "x"
    assert template_text(str(own / "model" / "chat.jinja")) == tiny.CHATML


def test_two_files_of_a_name_are_refused(own: Path) -> None:
    Path("chat.jinja").write_text("x")
    with pytest.raises(ConfigError, match=r"elsewhere/chat.jinja and .*own/model/chat.jinja have"):
        template_text("chat.jinja")


def test_the_content_of_a_file_is_its_identity(own: Path) -> None:
    before = identity("chat.jinja")
    (own / "model" / "chat.jinja").rename(own / "model" / "other.jinja")
    assert identity("other.jinja") == before == identity(before)
    (own / "model" / "other.jinja").write_text(f"{tiny.CHATML} ")
    assert identity("other.jinja") != before


def test_a_model_is_its_repo() -> None:
    assert identity("llama3_8b_instruct") == identity(REPO) == REPO
    assert donor("llama3_8b_instruct").repo == donor(REPO).repo == REPO


def test_only_a_template_that_is_set_is_in_the_identity_of_a_model() -> None:
    model = ModelConf(name="m", repo="org/m")
    assert "chat_template" not in model_files.identity(model)
    model.chat_template = "none"
    assert model_files.identity(model)["chat_template"] == "none"
    assert "chat_template" in IDENTITY


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("None", "there is no 'None'; did you mean none"),
        ("llama3_8b_instuct", "did you mean llama3_8b_instruct"),
        ("zzz", "there is no 'zzz'.*It is none, a file <name>.jinja, a model file"),
        ("nowhere.jinja", "there is no such file in"),
        ("baseline_copy", "is no checkpoint"),
        ("me", "is the model itself"),
        ("org/me", "is the model itself"),
        ("openbiollm8b", "Name that one"),
    ],
)
def test_what_names_no_template_is_refused_with_the_nearest_name(value: str, message: str) -> None:
    config = composed("model=hf", "model.repo=org/me", "model.name=me", "task=mednli")
    config.model.chat_template = value
    with pytest.raises(ConfigError, match=rf"model.chat_template={value}(?s:.)*{message}"):
        validate(config)


@pytest.mark.parametrize(
    ("content", "message"), [(b" \n", "is empty"), (b"\xff\xfe", "cannot be read as UTF-8")]
)
def test_a_file_without_a_text_is_refused(own: Path, content: bytes, message: str) -> None:
    (own / "model" / "chat.jinja").write_bytes(content)
    assert message in str(problem(ModelConf(repo="org/m", chat_template="chat.jinja")))


def test_an_empty_value_is_out_of_range() -> None:
    config = composed("model=hf", "model.repo=org/me", "model.chat_template=''", "task=mednli")
    with pytest.raises(ConfigError, match=r"model\.chat_template= is empty"):
        validate(config)
