"""Import the authors' wording from a checkout of their repository, for `prompt=upstream`.

Their scripts are parsed, never run; the sentences go into the data folder, not into this project.
"""

import argparse
import logging
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

from clue.cli.data.python_constants import Script
from clue.common.file_cache import checksum
from clue.data.locate import data_root
from clue.data.registry import DEMO
from clue.errors import ConfigError, DataError, DataMissing
from clue.task.templates import PAPER_COMMIT, REPOSITORY, advice, save

log = logging.getLogger(__name__)

HELP = "read the authors' prompts from a checkout of their repository, for prompt=upstream"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Source:
    """A script of theirs: which tasks it words, and what its placeholders are called here."""

    file: str
    """Path in the checkout."""
    tasks: tuple[str, ...]
    fields: Mapping[str, str]
    """Placeholder to field of our sample."""
    target: str | None = None
    """Placeholder of the reference in a worked example; None: the script shows no examples."""
    rewrites: Mapping[str, str] = field(default_factory=dict)
    """`Wording.rewrites`: what the script does to a reference, or the form that its data have."""
    user: str = "user_prompt_template"


SOURCES = (
    Source(
        "eval/eval_mednli.py",
        ("mednli",),
        {"sentence1": "premise", "sentence2": "hypothesis"},
        "gold_label",
    ),
    Source("eval/eval_meqsum.py", ("meqsum",), {"CHQ": "question"}, "Summary"),
    Source(
        "eval/eval_ProblemSummary.py",
        ("problem_summary",),
        {"Subjectives": "subjective", "Assessment": "assessment"},
        "Summary",
        rewrites={";": ", "},
    ),
    Source(
        "eval/eval_LongHealth.py",
        ("longhealth1", "longhealth2", "longhealth3"),
        {"documents": "documents", "question_text": "question", "options": "options"},
        user="prompt_template",
    ),
    Source(
        "eval/eval_MeDiSumQA.py",
        ("medisumqa",),
        {"discharge_summary": "discharge_summary", "Question": "question"},
        "Answer",
    ),
    Source(
        "eval/eval_MeDiSumCode.py",
        ("medisumcode",),
        {"text": "discharge_summary"},
        "codes",
        rewrites={".": ""},
    ),
)


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("checkout", type=Path, help=f"folder of a clone of {REPOSITORY}")


def run(arguments: argparse.Namespace) -> int:
    """Read the scripts, write the wordings; returns the exit code."""
    data = data_root(arguments.data)
    if data == DEMO:
        raise ConfigError(advice(data))
    checkout = arguments.checkout.expanduser().resolve()
    scripts: dict[str, str] = {}
    tasks: dict[str, Any] = {}
    for source in SOURCES:
        path = checkout / source.file
        if not path.is_file():
            raise DataMissing(f"{path} is not there; name the root of a checkout. {advice(data)}")
        scripts[source.file] = checksum(path)
        tasks |= dict.fromkeys(source.tasks, said(source, Script.read(path)))
        print(f"{source.file}  sha256 {scripts[source.file][:12]}  {', '.join(source.tasks)}")
    commit = commit_of(checkout)
    print(f"written: {save(data, commit, scripts, tasks)} (commit {commit})")
    return 0


def said(source: Source, script: Script) -> dict[str, Any]:
    """The fields of `clue.task.templates.Wording` that a script fixes.

    Raises:
        DataError: a constant is missing or no plain text, a placeholder is unknown; names path,
            line and constant.
    """
    found: dict[str, Any] = {
        "system": script.constant("sys_prompt", str)[0],
        "user": _template(script, source.user, source.fields),
        "rewrites": dict(source.rewrites),
    }
    if source.target:
        known = {**source.fields, source.target: "target"}
        found["assistant"] = _template(script, "assistant_response_template", known)
        found["max_new_tokens"] = _budget(script, "max_tokens")
        return found
    if "max_new_tokens" in script.constants:
        found["max_new_tokens"] = _budget(script, "max_new_tokens")
    found["separator"] = script.default("create_prompt", "separator")
    found["unanswerable"] = script.entry("main", "answer_f")
    return found


def commit_of(checkout: Path) -> str:
    """The commit that is checked out, with `-dirty` if a script was changed since.

    Git is asked for digests only: `git status` would run what the checkout's configuration names.
    """
    commit = _git(checkout, "rev-parse", "--verify", "HEAD")
    if commit is None:
        log.warning("%s is no git checkout that can be read: its commit is unknown", checkout)
        return UNKNOWN
    if not commit.startswith(PAPER_COMMIT):
        log.warning("commit %s is not that of the paper, %s", commit, PAPER_COMMIT)
    files = [source.file for source in SOURCES]
    theirs = _git(checkout, "rev-parse", *(f"HEAD:{file}" for file in files))
    here = _git(checkout, "hash-object", "--no-filters", *(str(checkout / file) for file in files))
    if theirs != here:
        log.warning("%s: scripts differ from commit %s", checkout, commit)
        return f"{commit}-dirty"
    return commit


def _budget(script: Script, name: str) -> int:
    value, line = script.constant(name, int)
    if value < 1:
        raise DataError(f"{script.path}, line {line}: {name} is {value}, no budget of an answer")
    return value


def _template(script: Script, name: str, known: Mapping[str, str]) -> str:
    text, line = script.constant(name, str)
    where = f"{script.path}, line {line}: {name}"
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise DataError(f"{where} is no template: {error}") from error
    made = ""
    for plain, placeholder, form, conversion in parts:
        made += plain.replace("{", "{{").replace("}", "}}")
        if placeholder is None:
            continue
        whole = f"{placeholder}!{conversion}" if conversion else placeholder
        whole = f"{whole}:{form}" if form else whole
        if whole not in known:
            raise DataError(f"{where}: unknown placeholder {{{whole}}}; known: {', '.join(known)}")
        made += f"{{{known[whole]}}}"
    return made


def _git(checkout: Path, *words: str) -> str | None:
    """What git says of this folder, never of one around it; None if it refuses."""
    command = ["git", f"--git-dir={checkout / '.git'}", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
