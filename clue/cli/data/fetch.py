"""`python -m clue data fetch`: released data sets, checked before they take their name.

The password is typed or stands in ~/.netrc. What was cut is continued by the same command.
"""

import argparse
import logging
import sys
from dataclasses import replace
from pathlib import Path

from rich.filesize import decimal

from clue.cli.data import check
from clue.common.atomic_write import PRIVATE
from clue.common.file_cache import checksum
from clue.common.plural import counted
from clue.common.retry import Patience
from clue.config.folders import ROOT
from clue.data.download import physionet
from clue.data.download.download import Client
from clue.data.download.http import Source, WrongLogin, web_page
from clue.data.download.login import Login, login
from clue.data.download.partial_file import Part
from clue.data.locate import command, data_root, locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import ClueError, ConfigError, DataError, DataMissing

log = logging.getLogger(__name__)

HELP = "download released data sets"
PATIENCE = Patience()
PUBLIC = 0o666
"""Less what the umask takes."""


def add(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    names = list(DATASETS)
    parser.add_argument(
        "datasets", nargs="+", choices=names, metavar="DATASET", help=", ".join(names)
    )
    parser.add_argument("--user", help="name at PhysioNet; the password is typed, or in ~/.netrc")
    parser.add_argument(
        "--mlruns", type=Path, default=ROOT / "mlruns", help="its cache remembers what was checked"
    )


def run(arguments: argparse.Namespace, patience: Patience = PATIENCE) -> int:
    """Download what is missing; a file that fails does not stop the others.

    Raises:
        ConfigError: the data folder is the package's own.
    """
    root = data_root(arguments.data)
    if root == DEMO:
        raise ConfigError("the demo data are complete and fictional; name a folder with --data")
    fetcher = Fetcher(root, arguments.mlruns / "cache", arguments.user, Client(patience))
    failed = [name for name in dict.fromkeys(arguments.datasets) if not _fetch(name, fetcher)]
    if failed:
        print(f"not complete: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _fetch(name: str, fetcher: "Fetcher") -> bool:
    """Whether all files of the data set are there; prints a line for each, an error once."""
    errors: dict[str, str] = {}
    for split in DATASETS[name].files:
        try:
            print(f"{name}/{split}: {fetcher.fetch(DATASETS[name], split)}", flush=True)
        except ClueError as error:
            if str(error) not in errors:
                print(f"error: {name}/{split}: {error}", file=sys.stderr, flush=True)
            errors[str(error)] = split
    return not errors


class Fetcher:
    """Brings files into a data folder; knows the logins and checksums that it met on the way."""

    def __init__(self, root: Path, cache: Path, user: str | None, client: Client) -> None:
        self.root = root
        self.cache = cache
        self.user = user
        self.client = client
        self._logins: dict[str, Login] = {}
        self._refused: dict[str, WrongLogin] = {}
        self._listed: dict[str, dict[str, str]] = {}

    def fetch(self, dataset: Dataset, split: str) -> str:
        """Have the split's file; returns what to say of it.

        Raises:
            DataError: it cannot be had, or what came is not as the official release.
            ConfigError: a login is needed, or the data set was never released.
            StoreError: it cannot be written.
        """
        if not dataset.folders:
            raise ConfigError(
                f"it was never released, it is built: `{command(dataset, self.root)}`"
            )
        target = self.root / dataset.name / dataset.files[split]
        try:
            found = locate(dataset, split, self.root)
        except DataMissing:
            return self._download(dataset, split, target)
        measured = check.measure(dataset, split, found, self.cache)
        official = dataset.rows.get(split, measured.rows)
        reason = measured.error or _differs(dataset.sha256.get(split), measured.sha256)
        if not reason and measured.rows != official:
            reason = f"{measured.rows} rows, officially there are {official}"
        if not reason:
            return f"is there, {measured.rows:,} rows: {found}"
        log.warning("%s: %s; getting it again", found, reason)
        return self._download(dataset, split, found if found.name == target.name else target)

    def _download(self, dataset: Dataset, split: str, target: Path) -> str:
        source = self._source(dataset, split)
        private = dataset.access == "credentialed"
        try:
            expected = dataset.sha256.get(split) or self._published(source)
            with Part(target, PRIVATE if private else PUBLIC) as part:
                self.client.download(source, part)
                try:
                    checked = _verified(part, dataset, split, source, expected)
                except DataError:
                    part.discard()
                    raise
                size = part.size
                part.finish()
        except WrongLogin as error:
            self._refused[source.host] = error
            raise
        return f"{decimal(size)}, {checked}: {target}"

    def _source(self, dataset: Dataset, split: str) -> Source:
        url = dataset.address(split)
        page = physionet.page(dataset, url)
        source = Source(url, page, by_hand="")
        if source.host in self._refused:  # a name that is wrong too often gets locked
            raise self._refused[source.host]
        if dataset.access == "credentialed":
            if source.host not in self._logins:
                self._logins[source.host] = login(source.host, self.user)
            source = replace(source, login=self._logins[source.host])
        user = source.login.user if source.login else None
        hint = physionet.by_hand(dataset, url, self.root / dataset.name, user)
        return replace(source, by_hand=hint)

    def _published(self, source: Source) -> str | None:
        """The sha256 that the release itself lists for the file."""
        place = physionet.checksums(source.url)
        if place is None:
            return None
        address, path = place
        if address not in self._listed:
            text = self.client.text(replace(source, url=address))
            self._listed[address] = physionet.listed(text or "")
        return self._listed[address].get(path)


def _verified(part: Part, dataset: Dataset, split: str, source: Source, sha256: str | None) -> str:
    """How the complete file was checked.

    Raises:
        DataError: it is a web page, or not the release.
    """
    if _is_page(part.path):
        raise web_page(source)
    advice = (
        "nothing is kept. It was damaged on the way, or the server has another version: run the "
        f"same command again, then look at {source.page}"
    )
    if sha256:
        reason = _differs(sha256, checksum(part.path))
        if reason:
            raise DataError(f"{source.url}: {reason}; {advice}")
        return "sha256 as published"
    try:
        rows = check.rows(dataset, split, part.path)
    except DataError as error:
        reason = str(error).replace(str(part.path), source.url)
        raise DataError(f"{reason}; {advice}") from error
    official = dataset.rows.get(split, rows)
    if rows != official:
        log.warning("%s has %d rows, officially there are %d", source.url, rows, official)
    return f"{counted(rows, 'row')}, no sha256 is published"


def _differs(expected: str | None, found: str) -> str:
    return f"its sha256 is {found}, not {expected}" if expected not in (None, found) else ""


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(512).lstrip().lower().startswith((b"<!doctype html", b"<html"))
