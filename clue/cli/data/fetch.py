"""`python -m clue data fetch`: downloads released data sets and checks them.

A file gets its name after the check. The password is typed or read from ~/.netrc. The same command
continues a download that was cut.
"""

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from rich.filesize import decimal

from clue.cli.data import check
from clue.cli.data.verify import verify
from clue.common.atomic_write import PRIVATE
from clue.common.console import print_error, print_lines
from clue.common.retry import RetryPolicy
from clue.config.folders import ROOT
from clue.data.download import physionet
from clue.data.download.checksum import sha256_difference
from clue.data.download.download import Downloader
from clue.data.download.http import RemoteFile, WrongLogin
from clue.data.download.login import Login, find_login
from clue.data.download.partial_file import PartialFile
from clue.data.locate import data_root, download_command, locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import ClueError, ConfigError, DataError, DataMissing

log = logging.getLogger(__name__)

RETRIES = RetryPolicy()
PUBLIC = 0o666
"""Mode of files of open data, before the umask."""


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    names = list(DATASETS)
    parser.add_argument(
        "datasets", nargs="+", choices=names, metavar="DATASET", help=", ".join(names)
    )
    parser.add_argument("--user", help="PhysioNet account; the password is typed, or in ~/.netrc")
    parser.add_argument(
        "--mlruns", type=Path, default=ROOT / "mlruns", help="its cache stores results of checks"
    )


def run(arguments: argparse.Namespace, policy: RetryPolicy = RETRIES) -> int:
    """Downloads what is missing; a file that fails does not stop the others.

    Raises:
        ConfigError: the data folder is the package's own.
    """
    root = data_root(arguments.data)
    if root == DEMO:
        raise ConfigError("the demo data are complete and fictional; name a folder with --data")
    fetcher = Fetcher(root, arguments.mlruns / "cache", arguments.user, Downloader(policy))
    failed = [name for name in dict.fromkeys(arguments.datasets) if not _fetch(name, fetcher)]
    if failed:
        print_error(f"not complete: {', '.join(failed)}")
    return int(bool(failed))


def _fetch(name: str, fetcher: "Fetcher") -> bool:
    """Fetches the files of a data set; prints one line per file, and equal errors once."""
    errors = set()
    for split in DATASETS[name].files:
        try:
            print_lines(f"{name}/{split}: {fetcher.fetch(DATASETS[name], split)}")
        except ClueError as error:
            if str(error) not in errors:
                print_error(f"error: {name}/{split}: {error}")
            errors.add(str(error))
    return not errors


class Fetcher:
    """Fetches files into a data folder; reuses logins and lists of checksums."""

    def __init__(self, root: Path, cache: Path, user: str | None, downloader: Downloader) -> None:
        self.root = root
        self.cache = cache
        self.user = user
        self.downloader = downloader
        self._logins: dict[str, Login] = {}
        self._rejected: dict[str, WrongLogin] = {}
        self._checksums: dict[str, dict[str, str]] = {}

    def fetch(self, dataset: Dataset, split: str) -> str:
        """Downloads a split's file unless a correct one exists; returns the result as text.

        Raises:
            DataError: the file cannot be downloaded, or is not as the official release.
            ConfigError: a login is needed, or the data set was never released.
            StoreError: the file cannot be written.
        """
        if not dataset.folders:
            build = download_command(dataset, self.root)
            raise ConfigError(f"{dataset.name} was never released, it is built: `{build}`")
        target = self.root / dataset.name / dataset.files[split]
        try:
            path = locate(dataset, split, self.root)
        except DataMissing:
            return self._download(dataset, split, target)
        content = check.check_file(dataset, split, path, self.cache)
        official = dataset.rows.get(split, content.rows)
        problem = content.error or sha256_difference(dataset.sha256.get(split), content.sha256)
        if not problem and content.rows != official:
            problem = f"{content.rows} rows, officially there are {official}"
        if not problem:
            return f"is there, {content.rows:,} rows: {path}"
        log.warning("%s: %s; downloading it again", path, problem)
        return self._download(dataset, split, path if path.name == target.name else target)

    def _download(self, dataset: Dataset, split: str, target: Path) -> str:
        source = self._source(dataset, split)
        private = dataset.access == "credentialed"
        try:
            expected = dataset.sha256.get(split) or self._published_sha256(source)
            with PartialFile(target, PRIVATE if private else PUBLIC) as part:
                self.downloader.download(source, part)
                try:
                    verdict = verify(part, dataset, split, source, expected)
                except DataError:
                    part.discard()
                    raise
                size = part.size
                part.finish()
        except WrongLogin as error:
            self._rejected[source.host] = error
            raise
        return f"{decimal(size)}, {verdict}: {target}"

    def _source(self, dataset: Dataset, split: str) -> RemoteFile:
        url = dataset.address(split)
        source = RemoteFile(url, physionet.release_page(dataset, url), wget_command="")
        if source.host in self._rejected:  # servers lock an account after several wrong passwords
            raise self._rejected[source.host]
        if dataset.access == "credentialed":
            if source.host not in self._logins:
                self._logins[source.host] = find_login(source.host, self.user)
            source = replace(source, login=self._logins[source.host])
        user = source.login.user if source.login else None
        command = physionet.wget_command(dataset, url, self.root / dataset.name, user)
        return replace(source, wget_command=command)

    def _published_sha256(self, source: RemoteFile) -> str | None:
        """Returns the sha256 that the release itself lists for the file."""
        checksum_list = physionet.checksum_list(source.url)
        if checksum_list is None:
            return None
        url, path = checksum_list
        if url not in self._checksums:
            text = self.downloader.text(replace(source, url=url))
            self._checksums[url] = physionet.parse_checksums(text or "")
        return self._checksums[url].get(path)
