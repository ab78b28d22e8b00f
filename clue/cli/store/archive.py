"""Reading of an archive of `python -m clue store export`: bounded, and checked before any write."""

import hashlib
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from clue.cli.store.export import MANIFEST
from clue.common import bounds, json_text
from clue.common.names import NAME
from clue.errors import StoreError
from clue.store import annotations_file
from clue.store.format import FORMAT_FILE, parse_format
from clue.study import freeze

CELLS = re.compile(
    rf"cells/{NAME}/{NAME}/[0-9a-f]{{16}}/(cell\.json|records-[0-9a-f]{{1,16}}\.parquet)"
)
"""Files of an archive that keep their name in the store."""
REPORT = re.compile(rf"analysis(/{NAME})+")
"""The report; it is written to `imported/<name of the archive>/`, next to the store's own."""
RUNS = re.compile(r"runs/[0-9a-f]+\.json")
STUDIES = re.compile(rf"{freeze.FOLDER}/{NAME}/[1-9][0-9]*\.json")
"""Frozen declarations; they keep their name, too."""
FORMAT = re.compile(re.escape(FORMAT_FILE))
ANNOTATIONS = re.compile(re.escape(annotations_file.NAME))
FORMS = (CELLS, REPORT, RUNS, FORMAT, ANNOTATIONS, STUDIES)
MAX_NAMES = 5
"""Names that an error lists."""


def read_archive(archive: Path) -> dict[str, bytes]:
    """Returns name and content of every file of an archive, checked against the manifest.

    Raises:
        StoreError: the file is no such archive, is damaged, contains a file that no export writes,
            unpacks to more than the bound, or has a format that is newer than this version.
    """

    def fail(problem: str) -> StoreError:
        return StoreError(f"{archive} {problem}. Nothing was imported")

    try:
        bounds.check_regular(archive, fail)
        bounds.check_zip(archive, fail)
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
            if FORMAT_FILE in names:  # first: a newer format may have other files
                parse_format(opened.read(FORMAT_FILE), f"{archive}, {FORMAT_FILE},")
            sums = _manifest(opened.read(MANIFEST))
            files = {name: opened.read(name) for name in sums}
    except (
        *(OSError, ValueError, KeyError, RuntimeError, NotImplementedError, EOFError),
        *(zipfile.BadZipFile, zlib.error),
    ) as error:
        raise StoreError(
            f"{archive} is no archive of `python -m clue store export`, or is incomplete: {error}"
        ) from error
    strange = set(names) - set(sums) - {MANIFEST}
    strange |= {name for name in files if not any(form.fullmatch(name) for form in FORMS)}
    strange |= {name for name, count in Counter(names).items() if count > 1}
    damaged = {n for n, content in files.items() if hashlib.sha256(content).hexdigest() != sums[n]}
    if strange or damaged:
        shown = ", ".join(map(repr, sorted(strange | damaged)[:MAX_NAMES]))
        raise StoreError(
            f"{archive}: {shown} {'is damaged' if damaged else 'is in no archive of this project'};"
            " nothing was imported. Export it again."
        )
    return files


def _manifest(content: bytes) -> Mapping[str, str]:
    """Returns the sha256 of each file.

    Raises:
        ValueError: the content is no manifest.
    """
    sums = json_text.parse(content)
    if not isinstance(sums, dict) or not all(isinstance(digest, str) for digest in sums.values()):
        raise ValueError(f"{MANIFEST} is no object of names and checksums")
    return sums
