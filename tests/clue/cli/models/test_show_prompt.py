"""`clue models NAME --show-prompt TASK` shows what a run sends, and nothing that is private."""

import json
from pathlib import Path
from typing import Any

import pytest

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.cli.models.parser import main
from clue.config import model_files
from clue.config.schema import BackendConf, PromptConf
from clue.data.registry import DEMO
from clue.task import task_files
from clue.task.task import Task
from tests import tiny
from tests.clue.checkpoints.families_with_text import WITH_TEXT
from tests.clue.checkpoints.families_with_tokens import WITH_TOKENS
from tests.clue.checkpoints.layouts import Family

NAME = "llama2_7b_chat"
FAMILIES = WITH_TEXT | WITH_TOKENS


def checkpoint(folder: Path, family: Family) -> Path:
    """A folder of checkpoints with one of a family, without its weights."""
    path = folder / str(model_files.load(NAME).repo)
    tiny.llama(path, template=family.template, bos=family.habit, specials=family.specials)
    (path / "model.safetensors").unlink()
    return folder


def shown(capsys: pytest.CaptureFixture[str], models: Path, *words: str, name: str = NAME) -> str:
    """Output of the command."""
    assert main([name, *words, "--models", str(models), "--mlruns", str(models / "store")]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], models: Path, *words: str) -> str:
    """Error of the command."""
    assert main([*words, "--models", str(models), "--mlruns", str(models / "store")]) == 1
    output = capsys.readouterr()
    assert not output.out
    return output.err


@pytest.fixture
def mistral(tmp_path: Path) -> Path:
    return checkpoint(tmp_path, FAMILIES["Mistral, at first"])


def test_programs_get_the_tokens_that_a_run_sends(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    words = ("--show-prompt", "mednli", "--sample", "2", "--json")
    facts: dict[str, Any] = json.loads(shown(capsys, models, *words, name="llama2_7b"))
    task = Task(task_files.load("mednli"), DEMO, PromptConf())
    prompt = task.prompts(task.split())[1]
    setup = Setup(model_files.load("llama2_7b"), BackendConf(), models, models / "store")
    chat = Checkpoint(setup).chat  # a run's, which needs weights
    assert facts["token_ids"] == chat.render(prompt.messages)
    assert facts["chat"] == chat.facts
    assert facts["text"] == chat.text(prompt.messages)
    assert facts["prompt_sha256"] == prompt.sha256
    assert facts["prompt_tokens"] == len(facts["token_ids"])
    assert facts["special_tokens"][str(chat.tokenizer.eos_token_id)] == "</s>"


@pytest.mark.parametrize(
    ("family", "lines"),
    [
        (
            "Mistral, at first",
            [
                "system turn:   folded into the first user turn: the chat template takes none",
                "BOS:           0=<s>, written by the chat template",
                "stop tokens:   1=</s>",
                "stop strings:  none",
                "thinking:      no switch is set",
                "template:      the tokenizer's own",
            ],
        ),
        (
            "Qwen 3",
            [
                "system turn:   own turn",
                "BOS:           none",
                "thinking:      switched off by enable_thinking=False",
                r"<think>\n\n</think>\n\n'",
            ],
        ),
        (
            "Mistral, instruction at the last question",
            [
                "system turn:   own turn, put before the last question by the chat template",
                "notes:         the chat template puts the instruction before the last question: "
                "worked examples come without it",
            ],
        ),
        (
            "Alpaca",
            [
                "BOS:           0=<s>, put before the text",
                r"stop strings:  '\n### Instruction:'",
            ],
        ),
        (
            "GLM without a generation config",
            ["stop tokens:   1=<|endoftext|>, 5=<|user|>", "stop strings:  none"],
        ),
        (
            "no template",
            ["template:      none: the tokenizer has none", "system turn:   plain text"],
        ),
    ],
)
def test_the_layout_is_described(
    family: str, lines: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    models = checkpoint(tmp_path, FAMILIES[family])
    output = shown(capsys, models, "--show-prompt", "mednli").splitlines()
    assert [line for line in lines if not any(row.endswith(line) for row in output)] == []


def test_text_and_tokens_are_shown_with_the_names_of_special_tokens(
    capsys: pytest.CaptureFixture[str], mistral: Path
) -> None:
    output = shown(capsys, mistral, "--show-prompt", "mednli", "--prompt", "zero_shot")
    assert "0 worked examples" in output
    text, ids = output.partition("text between the rules:\n")[2].split("\n\ntoken ids")
    assert text.splitlines()[1].startswith("<s>[INST] ")
    words = ids.partition(":\n")[2].split()
    assert words[0] == "0=<s>"
    assert f"tokens:        {len(words)} and up to" in output


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("none", "none: model.chat_template=none"),
        ("{folder}/own.jinja", "the file {folder}/own.jinja"),
        ("org/donor", "the tokenizer of org/donor"),
    ],
)
def test_the_source_of_a_chosen_template_is_named(
    value: str, source: str, capsys: pytest.CaptureFixture[str], mistral: Path
) -> None:
    (mistral / "own.jinja").write_text(tiny.CHATML)
    tiny.tokenizer(tiny.CHATML).save_pretrained(mistral / "org" / "donor")
    choice = f"model.chat_template={value.format(folder=mistral)}"
    output = shown(capsys, mistral, "--show-prompt", "mednli", "--prompt", choice)
    assert f"template:      {source.format(folder=mistral)}" in output.splitlines()


def test_any_prompt_of_a_population_is_shown(
    capsys: pytest.CaptureFixture[str], mistral: Path
) -> None:
    words = ("--show-prompt", "mednli", "--prompt", "spread", "prompt.shots=1", "--json")
    dealt = json.loads(shown(capsys, mistral, *words))
    other = str((dealt["wording"] + 5) % 24)
    chosen = json.loads(shown(capsys, mistral, *words, "--wording", other))
    assert chosen["sample_id"] == dealt["sample_id"]
    assert (chosen["wording"], chosen["form"] != dealt["form"]) == (int(other), True)
    assert chosen["text"] != dealt["text"]
    assert "form:          3 (wording " in shown(capsys, mistral, *words[:-1], "--wording", "3")


def test_credentialed_text_is_not_printed(
    capsys: pytest.CaptureFixture[str], mistral: Path, data: Path
) -> None:
    words = (NAME, "--show-prompt", "mednli", "--data", str(data))
    assert "mednli is credentialed: its text is not printed" in refused(capsys, mistral, *words)
    own = (NAME, "--show-prompt", "triage", "--config-dir", str(tiny.triage(mistral)))
    assert "triage is credentialed: its text is not printed" in refused(capsys, mistral, *own)


def test_open_data_are_shown(capsys: pytest.CaptureFixture[str], mistral: Path, data: Path) -> None:
    words = ("--show-prompt", "meqsum", "--data", str(data), "--prompt", "zero_shot")
    assert "hurts, how is it treated?" in shown(capsys, mistral, *words)
    folder = tiny.triage(mistral, more="access: open\n")
    own = ("--show-prompt", "triage", "--config-dir", str(folder))
    assert "hurts, badly." in shown(capsys, mistral, *own)


def test_a_tokenizer_that_is_not_here_comes_with_its_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    error = refused(capsys, tmp_path, NAME, "--show-prompt", "mednli")
    assert f"{NAME}: the tokenizer of meta-llama/Llama-2-7b-chat-hf is neither in" in error
    assert "accepted its licence at https://huggingface.co/meta-llama/Llama-2-7b-chat-hf" in error
    assert "`hf download meta-llama/Llama-2-7b-chat-hf --include 'tokenizer*'" in error
    assert "safetensors" not in error


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--show-prompt", "mednli"), "of one model: write `python -m clue models NAME"),
        ((NAME, "zephyr7b", "--show-prompt", "mednli"), "of one model"),
        ((NAME, "--wording", "0"), "that --show-prompt TASK shows; add it"),
        ((NAME, "--prompt", "spread"), "that --show-prompt TASK shows; add it"),
        (("baseline_copy", "--show-prompt", "mednli"), "answers by a rule"),
        ((NAME, "--show-prompt", "level1"), "there is no single task 'level1'"),
        (("nobody", "--show-prompt", "mednli"), "there is no 'nobody'"),
        ((NAME, "--show-prompt", "mednli", "--sample", "0"), "choose 1 to "),
        ((NAME, "--show-prompt", "mednli", "--sample", "999"), "choose 1 to "),
        ((NAME, "--show-prompt", "mednli", "--wording", "1"), "no population; add --prompt spread"),
        (
            (NAME, "--show-prompt", "mednli", "--prompt", "spread", "--wording", "24"),
            "has prompts 0 to 23",
        ),
        ((NAME, "--show-prompt", "mednli", "--prompt", "prompt.shots=-1"), "less than 0"),
    ],
)
def test_a_choice_that_is_not_there_says_what_is(
    words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert reason in refused(capsys, tmp_path, *words)
