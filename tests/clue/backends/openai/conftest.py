"""A tiny model, and a server of it, for all tests of the openai backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tiny
from tests.clue.backends.openai.server import Server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.llama(tmp_path_factory.mktemp("tiny"), template=tiny.CHATML, seed=3)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with Server(folder).running() as running:
        yield running
