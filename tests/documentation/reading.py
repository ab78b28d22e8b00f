"""Content of the documents: commands of fenced blocks, and code in running text."""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from clue.config.folders import ROOT

FIRST = (ROOT / "README.md", ROOT / "docs" / "running.md")
OTHERS = (
    "CONTRIBUTING.md",
    "docs/*.md",
    "benchmarks/*.md",
    "examples/**/*.md",
    "clue/data/demo/*.md",
)
PATHS = tuple(
    dict.fromkeys((*FIRST, *(p for pattern in OTHERS for p in sorted(ROOT.glob(pattern)))))
)
DOCUMENTS = tuple(str(path.relative_to(ROOT)) for path in PATHS)
"""In the order of a reader."""

NEEDS = frozenset(
    {
        "a GPU",
        "a GPU of 80 GB",
        "eight GPUs",
        "Ray",
        "Slurm",
        "the network",
        "a PhysioNet account",
        "a Hugging Face account",
        "MIMIC-IV",
        "vLLM",
        "a server",
        "root",
    }
)
"""What a comment may say that a command needs."""

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```\n?", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT = re.compile(r"<<'(\w+)'$")
"""The end of a command whose input are the lines below it, up to this word."""
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


class Command(NamedTuple):
    """A command of a block that has no language."""

    line: str
    """As it stands, without its comment."""
    needs: tuple[str, ...]
    """What its comment, or a comment above it in its block, says that it needs."""

    @property
    def words(self) -> list[str]:
        """As a shell splits them; of a command with a document below it, its first line."""
        return shlex.split(self.line.partition("\n")[0])


def commands(document: str) -> list[Command]:
    """Every command of a document's blocks, in order."""
    blocks = BLOCK.findall((ROOT / document).read_text())
    return [command for language, block in blocks if not language for command in _commands(block)]


def _commands(block: str) -> Iterator[Command]:
    above: tuple[str, ...] = ()
    lines = iter(block.replace("\\\n", " ").splitlines())
    for line in lines:
        if end := HERE_DOCUMENT.search(line):
            text = "\n".join(itertools.takewhile(lambda below: below != end[1], lines))
            yield Command(f"{line}\n{text}\n{end[1]}", above)
            continue
        command, _, comment = re.sub(r"(^|\s)#\s", "\0", line, count=1).partition("\0")
        needs = tuple(re.split(r" and |, ", said[1])) if (said := _SAID.search(comment)) else ()
        if command.strip():
            yield Command(" ".join(command.split()), needs or above)
        else:
            above = needs or above


_SAID = re.compile(r"\bneeds ([^;:.]+?)\s*(?:[;:.]|$)")


def prose(document: str) -> str:
    """A document without its blocks."""
    return BLOCK.sub("", (ROOT / document).read_text())


def inline(document: str) -> list[str]:
    """Code in running text, each once."""
    return list(dict.fromkeys(" ".join(code.split()) for code in INLINE.findall(prose(document))))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", BLOCK.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
