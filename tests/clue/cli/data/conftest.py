import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from clue.cli.data import fetch
from clue.data.registry import DATASETS
from tests.clue.data.conftest import server
from tests.clue.data.download.server import Server
from tests.clue.data.download.transfer import FAST_RETRIES, PASSWORD, Fetch

__all__ = ["fetching", "server"]


@pytest.fixture
def fetching(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fetch:
    """The command `fetch`, every data set on the server in the layout that it has in the world."""
    for name, dataset in DATASETS.items():
        folders = {
            split: server.url + "/" + address.split("/", 3)[3]
            for split, address in dataset.folders.items()
        }
        monkeypatch.setitem(DATASETS, name, replace(dataset, folders=folders, sha256={}))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)

    def command(*words: str) -> int:
        parser = argparse.ArgumentParser()
        parser.add_argument("--data")
        fetch.add(parser)
        options = ["--data", str(tmp_path / "data"), "--mlruns", str(tmp_path / "mlruns")]
        return fetch.run(parser.parse_args([*options, *words]), FAST_RETRIES)

    return command
