"""Each statement of docs/reliability.md names a test, and each test that it names is there."""

import re

from clue.config.folders import ROOT

PAGE = ROOT / "docs" / "reliability.md"


def test_every_number_on_the_page_is_a_test_in_the_file_that_it_links() -> None:
    said, _, listed = PAGE.read_text().partition("\n## Tests\n")
    numbered: dict[int, str] = {}
    for path, link, names in re.findall(r"^\* \[(.+?)\]\((.+?)\): (.+)$", listed, re.MULTILINE):
        assert (PAGE.parent / link).resolve() == ROOT / path
        code = (ROOT / path).read_text()
        for number, name in re.findall(r"(\d+) `(test_\w+)`", names):
            assert f"def {name}(" in code, f"{path} has no {name}"
            numbered[int(number)] = name
    assert {int(number) for number in re.findall(r"\[(\d+)\]", said)} == numbered.keys()
    assert sorted(numbered) == list(range(1, len(numbered) + 1))
