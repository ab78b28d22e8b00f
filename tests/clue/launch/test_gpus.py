import threading
from pathlib import Path

import pytest

from clue.errors import ConfigError
from clue.launch import gpus


@pytest.fixture
def three_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(gpus.VISIBLE, "3,5, 7")
    monkeypatch.setattr(gpus, "POLL_SECONDS", 0.01)


@pytest.mark.usefixtures("three_gpus")
def test_every_claim_gets_gpus_of_its_own(tmp_path: Path) -> None:
    with gpus.claim_gpus(1, tmp_path) as first, gpus.claim_gpus(2, tmp_path) as others:
        assert first == {gpus.VISIBLE: "3"}
        assert others == {gpus.VISIBLE: "5,7"}
    with gpus.claim_gpus(3, tmp_path) as everything:
        assert everything == {gpus.VISIBLE: "3,5,7"}


@pytest.mark.usefixtures("three_gpus")
def test_a_claim_waits_until_enough_are_free(tmp_path: Path) -> None:
    had = []

    def late() -> None:
        with gpus.claim_gpus(2, tmp_path) as claimed:
            had.append(claimed[gpus.VISIBLE])

    with gpus.claim_gpus(2, tmp_path):
        waiting = threading.Thread(target=late)
        waiting.start()
        waiting.join(0.2)
        assert had == []
        with gpus.claim_gpus(1, tmp_path) as one:  # who waits holds nothing
            assert one == {gpus.VISIBLE: "7"}
    waiting.join(10)
    assert had == ["3,5"]


@pytest.mark.usefixtures("three_gpus")
def test_more_than_there_are_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there are 3"), gpus.claim_gpus(4, tmp_path):
        pass


def test_without_gpus_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(gpus.VISIBLE, "")
    with gpus.claim_gpus(1, tmp_path) as claimed:
        assert claimed == {}


def test_the_driver_names_the_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho GPU-aa\necho GPU-bb\n")
    tool.chmod(0o755)
    monkeypatch.delenv(gpus.VISIBLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert gpus.visible_gpus() == ["GPU-aa", "GPU-bb"]
    tool.write_text("#!/bin/sh\necho NVIDIA-SMI has failed\nexit 9\n")
    assert gpus.visible_gpus() == []
