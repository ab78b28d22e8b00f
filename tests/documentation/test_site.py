"""The navigation of the site has every document, and the rules that its build adds to pages hold.

The build itself is `make docs`: it is strict, so a link that leads nowhere ends it.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from clue.config.folders import ROOT
from tests.documentation.reading import DOCUMENTS

SITE = ROOT / "docs" / "site"
NOT_A_PAGE = re.compile(r"(clue|examples)/")
"""Documents that describe a folder of data, for readers of that folder."""


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, whose Python tags only MkDocs resolves."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
CONFIG: dict[str, Any] = yaml.load((SITE / "mkdocs.yml").read_text(), _Loader)


def pages(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    entries = nav.values() if isinstance(nav, dict) else nav
    return [page for entry in entries for page in pages(entry)]


def test_every_document_is_in_the_navigation_once() -> None:
    documents = {name for name in DOCUMENTS if not NOT_A_PAGE.match(name)} | {"CHANGELOG.md"}
    of_the_site = [str(path.relative_to(SITE / "pages")) for path in SITE.rglob("*.md")]
    assert sorted(pages(CONFIG["nav"])) == sorted([*documents, *of_the_site])


def test_the_question_page_leads_to_every_document() -> None:
    text = (ROOT / "docs" / "questions.md").read_text()
    targets = {name.partition("#")[0] for name in re.findall(r"\]\(([^)]+)\)", text)}
    linked = {(ROOT / "docs" / name).resolve() for name in targets}
    documents = {path for path in (ROOT / "docs").glob("*.md") if path.name != "questions.md"}
    assert documents <= linked


def test_the_reference_names_existing_modules() -> None:
    text = "\n".join(path.read_text() for path in (SITE / "pages" / "api").glob("*.md"))
    names = re.findall(r"^::: (\S+)", text, re.MULTILINE)
    assert len(names) > 5
    for name in names:
        path = Path(*re.sub(r"\.[A-Z]\w*$", "", name).split("."))
        assert (ROOT / path).is_dir() or (ROOT / path).with_suffix(".py").is_file(), name


def test_pages_load_nothing_from_other_servers() -> None:
    assert CONFIG["theme"]["font"] is False
    assert all("://" not in str(CONFIG.get(key, "")) for key in ("extra_css", "extra_javascript"))
