"""What is said around a sample: in the task file's own words, or in the authors'.

The authors' sentences are theirs and are not in this project: `python -m clue data import-upstream`
copies them from a checkout into the data folder, and `prompt=upstream` reads them there.
"""

import json
import logging
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clue.common.atomic_write import write_atomic
from clue.config.schema import TaskConf
from clue.data.registry import DEMO
from clue.errors import DataError, DataMissing
from clue.records import sha256

log = logging.getLogger(__name__)

REPOSITORY = "https://github.com/TIO-IKIM/CLUE"
PAPER_COMMIT = "2de4314"
"""Begins the commit of the scripts that the paper names."""
FILE = Path("upstream") / "prompts.json"
"""Place of imported wordings in the data folder."""


@dataclass(frozen=True)
class Wording:
    """How one task speaks; templates name fields of the sample as `{field}`."""

    system: str
    """System turn, as it is."""
    user: str
    """Template of the user's turn."""
    assistant: str
    """Template of a worked example's answer; may also name `{target}`."""
    max_new_tokens: int
    """Budget of the answer in tokens of the model."""
    unanswerable: str | None = None
    """Text of option F; None = there is no such option."""
    separator: str | None = None
    """What stands between documents; None = they are numbered."""
    rewrites: Mapping[str, str] = field(default_factory=dict)
    """What is replaced in a reference before a worked example shows it."""
    commit: str | None = None
    """Commit of the imported scripts; None = the task file's own wording."""

    def reference(self, target: str) -> str:
        """A reference answer as a worked example shows it."""
        for old, new in self.rewrites.items():
            target = target.replace(old, new)
        return target

    def origin(self) -> dict[str, Any]:
        """What an imported wording adds to a protocol; the task file's own adds nothing."""
        if self.commit is None:
            return {}
        names = ("commit", "separator", "rewrites")
        return {"upstream": {name: getattr(self, name) for name in names}}


def own(conf: TaskConf) -> Wording:
    """The wording of a task file."""
    return Wording(conf.system, conf.user, conf.assistant, conf.max_new_tokens, conf.unanswerable)


def imported(conf: TaskConf, data: Path) -> Wording:
    """The authors' wording; what their script does not say stays as in the task file.

    Raises:
        DataMissing: nothing is imported; says how to.
        DataError: the file was changed, or has no such task.
    """
    content = _read(data)
    if conf.name not in content["tasks"]:
        raise DataError(
            f"{data / FILE} has no wording for {conf.name}, only for {', '.join(content['tasks'])}"
        )
    said = dict(content["tasks"][conf.name])
    if not conf.unanswerable:
        said.pop("unanswerable", None)
    if said.get("max_new_tokens", conf.max_new_tokens) != conf.max_new_tokens:
        log.warning(
            "%s: the authors' max_new_tokens=%d is used, not %d",
            *(conf.name, said["max_new_tokens"], conf.max_new_tokens),
        )
    return replace(own(conf), **said, commit=content["commit"])


def save(data: Path, commit: str, scripts: Mapping[str, str], tasks: Mapping[str, Any]) -> Path:
    """Write imported wordings into the data folder.

    Args:
        data: the data folder.
        commit: of the checkout that they come from.
        scripts: path in the checkout to sha256.
        tasks: name to the fields of `Wording` that the script says.
    """
    content = {"repository": REPOSITORY, "commit": commit, "scripts": scripts, "tasks": tasks}
    text = json.dumps(content | {"sha256": sha256(content)}, indent=1)
    write_atomic(data / FILE, text.encode())
    return data / FILE


def _read(data: Path) -> dict[str, Any]:
    path = data / FILE
    if not path.is_file():
        raise DataMissing(f"prompt=upstream: {path} is not there. {advice(data)}")
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        intact = content.pop("sha256") == sha256(content)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        intact = False
    if not intact:
        raise DataError(f"{path} is not as it was imported: it was changed or cut. {advice(data)}")
    return content


def advice(data: Path) -> str:
    """How to import the wording of the paper."""
    if data == DEMO:
        return (
            "The demo data belong to this package, the authors' wording does not: import it into "
            f"a copy of {DEMO} and name the copy with --data and paths.data."
        )
    return (
        "Get the authors' wording with\n"
        f"  git clone {REPOSITORY} && git -C CLUE checkout {PAPER_COMMIT}\n"
        f"  python -m clue data import-upstream CLUE --data {shlex.quote(str(data))}"
    )
