"""Documents name existing options, settings, modules, targets, files and links."""

import re
import shlex
from dataclasses import fields, is_dataclass

import pytest
from omegaconf import OmegaConf

from clue.config.folders import ROOT
from clue.config.overrides import check_overrides
from clue.config.schema import Config, ModelConf
from tests.documentation.accepting import check_module, check_run, check_setting
from tests.documentation.reading import BLOCK, DOCUMENTS, NEEDS, anchors, commands, inline, prose

PARTS = [field.name for field in fields(Config) if is_dataclass(field.type)]
SETTING = re.compile(r"[a-z_]+([./][\w.]+)?=")
MARKED = [command for document in DOCUMENTS for command in commands(document) if command.needs]
NAMED = [(document, code) for document in DOCUMENTS for code in inline(document)]
"""Code in running text."""


def checked(words: list[str], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether these words are a command of this project; one that would be refused raises."""
    if words[0].rpartition("/")[2] == "python" and words[1:2] == ["run.py"]:
        check_run(words[2:])
    elif words[:2] == ["python", "-m"] and words[2].partition(".")[0] in OURS:
        check_module(words[2:], monkeypatch)
    elif words[0] == "clue":
        check_module(words, monkeypatch)
    elif words[0] == "python":
        assert words[1] == "-m" or (ROOT / words[1]).is_file(), words[1]
    else:
        return False
    return True


OURS = ("analysis", "benchmarks", "clue", "examples")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_commands_need_is_said_in_known_words(document: str) -> None:
    said = {need for command in commands(document) for need in command.needs}
    assert said <= NEEDS


@pytest.mark.parametrize("line", dict.fromkeys(command.line for command in MARKED))
def test_a_command_that_is_not_run_would_be_accepted(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(shlex.split(line), monkeypatch)


@pytest.mark.parametrize(
    "code",
    dict.fromkeys(code for _, code in NAMED if code.startswith(("python ", "make ", "clue "))),
)
def test_a_command_in_running_text_would_be_accepted(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word for word in shlex.split(re.sub(r"[][]", "", code)) if word != "..."]
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    elif words != ["python", "run.py"]:
        assert checked(words, monkeypatch)


@pytest.mark.parametrize(
    "code", dict.fromkeys(code for _, code in NAMED if SETTING.match(code.lstrip("'")))
)
def test_a_setting_in_running_text_can_be_given(code: str) -> None:
    for word in shlex.split(code):
        check_setting(word)


def test_a_setting_that_is_named_without_a_value_is_in_the_schema() -> None:
    named = {code for _, code in NAMED if re.fullmatch(rf"({'|'.join(PARTS)})\.[\w.]+", code)}
    assert len(named) > 5
    check_overrides([f"{name}=value" for name in named], Config)


def test_the_model_file_that_is_shown_is_one() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    (shown,) = (block for language, block in BLOCK.findall(text) if language == "yaml")
    model = OmegaConf.merge(OmegaConf.structured(ModelConf), OmegaConf.create(shown))
    assert set(ModelConf.__annotations__) > set(OmegaConf.create(shown))
    assert isinstance(OmegaConf.to_object(model), ModelConf)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_a_file_and_a_heading(document: str) -> None:
    here = ROOT / document
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        file, _, anchor = target.partition("#")
        if "://" not in target:
            path = here.parent / file if file else here
            assert path.exists(), target
            assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_of_the_project_that_are_named_exist(document: str) -> None:
    own = re.compile(rf"({'|'.join((*OURS, 'conf', 'docs', 'tests'))})/[\w./*-]*")
    for code in inline(document):
        if own.fullmatch(code) and re.search(r"\.|/$", code):
            assert list(ROOT.glob(code.rstrip("/"))), code
