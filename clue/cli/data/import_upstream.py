"""Imports the authors' prompts from a checkout of their repository, for `prompt=upstream`.

Their scripts are parsed, never run; the prompts go into the data folder, not into this project.
"""

import argparse
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

from clue.cli.data.foreign_checkout import blob_id, committed_blobs, head_commit
from clue.cli.data.python_constants import Script
from clue.common.console import print_lines
from clue.common.file_cache import checksum
from clue.common.paths import absolute_path
from clue.data.locate import data_root
from clue.data.registry import DEMO
from clue.errors import ConfigError, DataError, DataMissing
from clue.task.templates import PAPER_COMMIT, REPOSITORY, advice, save

log = logging.getLogger(__name__)

UNKNOWN = "unknown"


@dataclass(frozen=True)
class UpstreamScript:
    """One of the authors' scripts: its tasks, and our names of its placeholders."""

    file: str
    """Path in the checkout."""
    tasks: tuple[str, ...]
    fields: Mapping[str, str]
    """Field of our sample by placeholder."""
    target: str | None = None
    """Placeholder of the reference in a worked example; None: the script has no examples."""
    rewrites: Mapping[str, str] = field(default_factory=dict)
    """`PromptTemplates.rewrites`: replacements in a reference, by the script or in its data."""
    user: str = "user_prompt_template"
    """Name of the constant with the user's turn."""


UPSTREAM_SCRIPTS = (
    UpstreamScript(
        "eval/eval_mednli.py",
        ("mednli",),
        {"sentence1": "premise", "sentence2": "hypothesis"},
        "gold_label",
    ),
    UpstreamScript("eval/eval_meqsum.py", ("meqsum",), {"CHQ": "question"}, "Summary"),
    UpstreamScript(
        "eval/eval_ProblemSummary.py",
        ("problem_summary",),
        {"Subjectives": "subjective", "Assessment": "assessment"},
        "Summary",
        rewrites={";": ", "},
    ),
    UpstreamScript(
        "eval/eval_LongHealth.py",
        ("longhealth1", "longhealth2", "longhealth3"),
        {"documents": "documents", "question_text": "question", "options": "options"},
        user="prompt_template",
    ),
    UpstreamScript(
        "eval/eval_MeDiSumQA.py",
        ("medisumqa",),
        {"discharge_summary": "discharge_summary", "Question": "question"},
        "Answer",
    ),
    UpstreamScript(
        "eval/eval_MeDiSumCode.py",
        ("medisumcode",),
        {"text": "discharge_summary"},
        "codes",
        rewrites={".": ""},
    ),
)


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("checkout", type=Path, help=f"folder of a clone of {REPOSITORY}")


def run(arguments: argparse.Namespace) -> int:
    """Reads the scripts and writes the prompts; returns the exit code."""
    data = data_root(arguments.data)
    if data == DEMO:
        raise ConfigError(advice(data))
    checkout = absolute_path(arguments.checkout)
    digests: dict[str, str] = {}
    tasks: dict[str, Any] = {}
    for script in UPSTREAM_SCRIPTS:
        path = checkout / script.file
        if not path.is_file():
            raise DataMissing(f"{path} is missing; name the root of a checkout. {advice(data)}")
        digests[script.file] = checksum(path)
        tasks |= dict.fromkeys(script.tasks, read_wording(script, Script.read(path)))
        print_lines(f"{script.file}  sha256 {digests[script.file][:12]}  {', '.join(script.tasks)}")
    commit = checkout_commit(checkout)
    print_lines(f"written: {save(data, commit, digests, tasks)} (commit {commit})")
    return 0


def read_wording(upstream: UpstreamScript, script: Script) -> dict[str, Any]:
    """Returns the fields of `clue.task.templates.PromptTemplates` that a script fixes.

    Raises:
        DataError: a constant is missing or no plain text, or a placeholder is unknown; names path,
            line and constant.
    """
    wording: dict[str, Any] = {
        "system": script.constant("sys_prompt", str)[0],
        "user": _template(script, upstream.user, upstream.fields),
        "rewrites": dict(upstream.rewrites),
    }
    if upstream.target:
        fields = {**upstream.fields, upstream.target: "target"}
        wording["assistant"] = _template(script, "assistant_response_template", fields)
        wording["max_new_tokens"] = _budget(script, "max_tokens")
        return wording
    if "max_new_tokens" in script.constants:
        wording["max_new_tokens"] = _budget(script, "max_new_tokens")
    wording["separator"] = script.default("create_prompt", "separator")
    wording["unanswerable"] = script.entry("main", "answer_f")
    return wording


def checkout_commit(checkout: Path) -> str:
    """Returns the checked-out commit, with `-dirty` if a script differs from it."""
    commit = head_commit(checkout)
    if commit is None:
        log.warning("%s is no readable git checkout: its commit is unknown", checkout)
        return UNKNOWN
    if not commit.startswith(PAPER_COMMIT):
        log.warning("commit %s is not the one of the paper, %s", commit, PAPER_COMMIT[:7])
    files = [script.file for script in UPSTREAM_SCRIPTS]
    committed = committed_blobs(checkout, commit, files)
    if committed is None:
        log.warning("%s: the scripts of commit %s cannot be read from it", checkout, commit)
        return f"{commit}-dirty"
    if committed != [blob_id(checkout / file, commit) for file in files]:
        log.warning("%s: scripts differ from commit %s", checkout, commit)
        return f"{commit}-dirty"
    return commit


def _budget(script: Script, name: str) -> int:
    value, line = script.constant(name, int)
    if value < 1:
        raise DataError(f"{script.path}, line {line}: {name} is {value}, no budget of an answer")
    return value


def _template(script: Script, name: str, fields: Mapping[str, str]) -> str:
    text, line = script.constant(name, str)
    where = f"{script.path}, line {line}: {name}"
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise DataError(f"{where} is no template: {error}") from error
    template = ""
    for literal, placeholder, form, conversion in parts:
        template += literal.replace("{", "{{").replace("}", "}}")
        if placeholder is None:
            continue
        field_name = f"{placeholder}!{conversion}" if conversion else placeholder
        field_name = f"{field_name}:{form}" if form else field_name
        if field_name not in fields:
            raise DataError(
                f"{where}: unknown placeholder {{{field_name}}}; known: {', '.join(fields)}"
            )
        template += f"{{{fields[field_name]}}}"
    return template
