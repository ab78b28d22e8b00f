import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clue.data import DATASETS, fetch
from tests.clue.data.fetching.server import Server
from tests.clue.data.fetching.transfer import IMPATIENT, PASSWORD, Fetch


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server().running() as running:
        yield running


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
        places = ["--data", str(tmp_path / "data"), "--mlruns", str(tmp_path / "mlruns")]
        return fetch.run(parser.parse_args([*places, *words]), IMPATIENT)

    return command
