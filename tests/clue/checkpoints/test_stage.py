"""Copies of weights on a disk of one machine: made once, checked, never half."""

import json
import logging
import multiprocessing
import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.checkpoints import stage as stage_module
from clue.checkpoints.locate import CheckpointLocation, locate_weights
from clue.checkpoints.stage import RECORD, staged
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError
from tests import tiny


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.llama(tmp_path_factory.mktemp("shared") / "tiny")


@pytest.fixture
def original(checkpoint: Path, tmp_path: Path) -> CheckpointLocation:
    return locate_weights(ModelConf(repo=str(checkpoint)), tmp_path, tmp_path / "cache")


def stage(original: CheckpointLocation, folder: Path, *, fallback: bool = False) -> Path:
    location = staged(original, folder / "local", folder / "cache", fallback=fallback)
    assert location.identity == original.identity
    return Path(location.source)


def test_a_copy_is_made_once_and_has_every_file_that_identifies_the_checkpoint(
    original: CheckpointLocation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = stage(original, tmp_path)
    assert copy.parent == tmp_path / "local"
    again = locate_weights(ModelConf(repo=str(copy)), tmp_path, tmp_path / "cache")
    assert again.identity == original.identity
    monkeypatch.setattr(shutil, "copyfile", None)  # a second copy would fail
    assert stage(original, tmp_path) == copy


def test_a_model_is_loaded_from_the_copy_with_the_same_identity(
    original: CheckpointLocation, tmp_path: Path
) -> None:
    conf = ModelConf(repo=original.source, dtype="float32")
    plain = Setup(conf, BackendConf(device="cpu"), tmp_path, tmp_path / "cache")
    with_copy = Checkpoint(replace(plain, stage=tmp_path / "local"))
    assert with_copy.identity() == Checkpoint(plain).identity()
    assert not (tmp_path / "local").exists()  # nothing is copied before weights are needed
    assert with_copy.model.config.name_or_path.startswith(str(tmp_path / "local"))


@pytest.mark.parametrize("fault", ["cut", "changed", "lost", "{", "{}"])
def test_a_broken_copy_is_named_with_what_to_do(
    original: CheckpointLocation, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    copy = stage(original, tmp_path)
    weights = copy / "model.safetensors"
    content = weights.read_bytes()
    if fault == "cut":
        weights.write_bytes(content[:-1])
    elif fault == "changed":
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif fault == "lost":
        weights.unlink()
    else:
        (copy / RECORD).write_text(fault)
    with pytest.raises(ModelError, match=rf"rm -r {copy}.*paths\.stage_fallback=true"):
        stage(original, tmp_path)
    with caplog.at_level(logging.WARNING):
        assert stage(original, tmp_path, fallback=True) == Path(original.source)
    assert "The weights are read in" in caplog.text


def test_too_little_space_is_an_error_before_anything_is_copied(
    original: CheckpointLocation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_module, "RESERVE_BYTES", 2**60)
    with pytest.raises(ModelError, match=r"GiB free.*needs.*paths\.stage=<folder>"):
        stage(original, tmp_path)
    assert not list((tmp_path / "local").glob("*/"))
    assert stage(original, tmp_path, fallback=True) == Path(original.source)


def test_a_stage_that_cannot_be_written_is_an_error(
    original: CheckpointLocation, tmp_path: Path
) -> None:
    (tmp_path / "local").write_text("a file")
    with pytest.raises(ModelError, match=r"cannot be copied to .*local"):
        stage(original, tmp_path)


def test_an_id_of_the_hub_stays_where_it_is(tmp_path: Path) -> None:
    location = CheckpointLocation("org/name", None, "main")
    assert staged(location, tmp_path / "local", tmp_path) is location


def _stage_slowly(original: CheckpointLocation, folder: Path, copied: Path) -> None:
    copy_file = shutil.copyfile

    def slow(path: Path, target: Path) -> None:
        copy_file(path, target)
        with copied.open("a") as log:
            log.write(f"{os.getpid()} {path.name}\n")
        time.sleep(0.1)

    shutil.copyfile = slow  # type: ignore[assignment]  # in this process alone
    stage(original, folder)


def _start(*arguments: object) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=_stage_slowly, args=arguments)
    process.start()
    return process


def test_two_processes_at_once_make_one_copy(original: CheckpointLocation, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    both = [_start(original, tmp_path, copied) for _ in range(2)]
    for process in both:
        process.join()
        assert process.exitcode == 0
    lines = copied.read_text().split("\n")[:-1]
    (copy,) = (tmp_path / "local").glob("tiny-*/")
    assert len({line.split()[0] for line in lines}) == 1
    assert len(lines) == len(json.loads((copy / RECORD).read_text()))


def test_a_copy_that_was_killed_is_made_again(original: CheckpointLocation, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    process = _start(original, tmp_path, copied)
    while not copied.exists() or "model.safetensors" not in copied.read_text():
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert not list((tmp_path / "local").glob("tiny-*/"))
    assert len(list((tmp_path / "local").glob(".tiny-*.part"))) == 1
    copy = stage(original, tmp_path)
    again = locate_weights(ModelConf(repo=str(copy)), tmp_path, tmp_path / "cache")
    assert again.identity == original.identity
    assert not list((tmp_path / "local").glob(".tiny-*.part"))
