"""Prompt templates of a task: those of its task file, or the authors' own.

The authors' sentences are not part of this project: `python -m clue data import-upstream` copies
them from a checkout into the data folder, and `prompt=upstream` reads them there.
"""

import json
import logging
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.config.schema import TaskConf
from clue.data.registry import DEMO
from clue.errors import DataError, DataMissing
from clue.records import sha256

log = logging.getLogger(__name__)

REPOSITORY = "https://github.com/TIO-IKIM/CLUE"
PAPER_COMMIT = "2de4314cfaf2651a362a2df2ac8336ca0937ea52"
"""Commit of the scripts that the paper names."""
PAPER_WORDS = frozenset(
    {
        "4ddf58268743abe16fcaa15f1580e78b0cc0b6d6cb041e86e5174f35b6b7cf55",  # mednli
        "b8dc6f978b33879e1ea1874dca320172f3f5167c39835318f94cd7f77b7b2fa9",  # meqsum
        "83ed0deeaaedc34c26ca44a468e5df1e32d6ecb9a8d32e043530aa48191c42d7",  # problem_summary
        "9bf59584e1499ceb66849fadfb4ffe86082626c25b459a52bc84b9debdd16b9a",  # longhealth1, 2, 3
        "a57bfdca4a83a0d167b948f48111f993231e6eff54ad1c19014555cae0da7885",  # medisumqa
        "dfbc46fedca61bfa43380f210ea7570159e0597b818f138bbe6fbfae3b758ca6",  # medisumcode
    }
)
"""Digest of what the paper's scripts define for a task, as imported."""
FILE = Path("upstream") / "prompts.json"
"""Path of the imported templates in the data folder."""


@dataclass(frozen=True)
class PromptTemplates:
    """Templates of one task; they name fields of the sample as `{field}`."""

    system: str
    """Text of the system turn; no template."""
    user: str
    """Template of the user's turn."""
    assistant: str
    """Template of a worked example's answer; may also name `{target}`."""
    max_new_tokens: int
    """Maximum length of the answer in tokens of the model."""
    unanswerable: str | None = None
    """Text of option F; None = no such option."""
    separator: str | None = None
    """Text between documents; None = they are numbered."""
    rewrites: Mapping[str, str] = field(default_factory=dict)
    """Replacements in a reference before a worked example shows it."""
    commit: str | None = None
    """Commit of the imported scripts; None = templates of the task file."""
    words_sha256: str | None = None
    """Digest of all that the scripts define for the task; None = templates of the task file."""

    def reference(self, target: str) -> str:
        """Returns a reference answer as a worked example shows it."""
        for old, new in self.rewrites.items():
            target = target.replace(old, new)
        return target

    def origin(self) -> dict[str, Any]:
        """Returns what imported templates add to a protocol; those of a task file add nothing.

        Words are identified by themselves: the checkout that they were read from may have Windows'
        line ends, no history or a newer commit. Those of the paper have the paper's commit.
        """
        if self.words_sha256 is None:
            return {}
        is_paper = self.words_sha256 in PAPER_WORDS
        commit = PAPER_COMMIT if is_paper else f"words {self.words_sha256[:16]}"
        origin = {"commit": commit, "separator": self.separator, "rewrites": self.rewrites}
        return {"upstream": origin}


def own(conf: TaskConf) -> PromptTemplates:
    """Returns the templates of a task file."""
    return PromptTemplates(
        conf.system, conf.user, conf.assistant, conf.max_new_tokens, conf.unanswerable
    )


def imported(conf: TaskConf, data: Path) -> PromptTemplates:
    """Returns the authors' templates; the task file supplies what their script does not define.

    Raises:
        DataMissing: nothing is imported; says how to import.
        DataError: the file was changed, or has no such task.
    """
    content = _read(data)
    if conf.name not in content["tasks"]:
        raise DataError(
            f"{data / FILE} has no wording for {conf.name}, only for {', '.join(content['tasks'])}"
        )
    fields = dict(content["tasks"][conf.name])
    if not conf.unanswerable:
        fields.pop("unanswerable", None)
    if fields.get("max_new_tokens", conf.max_new_tokens) != conf.max_new_tokens:
        log.warning(
            "%s: the authors' max_new_tokens=%d is used, not %d",
            *(conf.name, fields["max_new_tokens"], conf.max_new_tokens),
        )
    digest = sha256(content["tasks"][conf.name])
    return replace(own(conf), **fields, commit=content["commit"], words_sha256=digest)


def save(data: Path, commit: str, scripts: Mapping[str, str], tasks: Mapping[str, Any]) -> Path:
    """Writes imported templates into the data folder; returns the path of the file.

    Args:
        data: the data folder.
        commit: of the checkout.
        scripts: path in the checkout to sha256.
        tasks: name to the fields of `PromptTemplates` that the script defines.
    """
    content = {"repository": REPOSITORY, "commit": commit, "scripts": scripts, "tasks": tasks}
    text = json.dumps(content | {"sha256": sha256(content)}, indent=1)
    write_atomic(data / FILE, text.encode())
    return data / FILE


def _read(data: Path) -> dict[str, Any]:
    path = data / FILE
    if not path.is_file():
        raise DataMissing(f"prompt=upstream: {path} is missing. {advice(data)}")
    try:
        content: dict[str, Any] = json_text.parse(path.read_bytes())
        intact = content.pop("sha256") == sha256(content)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        intact = False
    if not intact:
        raise DataError(f"{path} was changed or truncated after its import. {advice(data)}")
    return content


def advice(data: Path) -> str:
    """Returns the commands that import the paper's prompts."""
    if data == DEMO:
        return (
            "The demo data belong to this package, the authors' wording does not: import it into "
            f"a copy of {DEMO} and name the copy with --data and paths.data."
        )
    return (
        "Get the authors' wording with\n"
        f"  git clone {REPOSITORY} && git -C CLUE checkout {PAPER_COMMIT[:7]}\n"
        f"  python -m clue data import-upstream CLUE --data {shlex.quote(str(data))}"
    )
