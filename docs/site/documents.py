"""Adds the documents of the project to the site, and every file that they link to.

MkDocs calls `on_files`. The documents are those of the navigation in mkdocs.yml; they keep their
paths, so that a link works on the site if it works in a checkout. A link to a file that does not
exist stays a link to nothing, which ends a strict build.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s#:]+)(?:#[^)\s]*)?\)")
"""A relative link or image of Markdown; its first group is the path."""


def on_files(files: Files, config: Any) -> Files:
    """Adds documents and linked files to the site's own pages."""
    documents = [path for path in pages(config["nav"]) if files.get_file_from_path(path) is None]
    names = dict.fromkeys([*documents, *(name for page in documents for name in linked(page))])
    for name in names:
        if files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def pages(nav: Any) -> Iterator[str]:
    """Yields the path of every page of a navigation, in order."""
    if isinstance(nav, str):
        yield nav
    else:
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from pages(entry)


def linked(page: str) -> Iterator[str]:
    """Yields the paths, from the project's root, of the files that a document links to."""
    for target in LINK.findall((ROOT / page).read_text()):
        path = (ROOT / page).parent.joinpath(target).resolve()
        if path.is_file() and path.is_relative_to(ROOT):
            yield str(path.relative_to(ROOT))
