from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub.errors import HfHubHTTPError

from clue.checkpoints import hub, offline
from clue.config.schema import ModelConf
from tests import tiny

MODEL = ModelConf(name="m", repo="org/name", dtype="bfloat16", parameters=6.74)


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_listed_size", hub._listed_size.__wrapped__)


def listing(monkeypatch: pytest.MonkeyPatch, *files: tuple[str, int]) -> None:
    info = SimpleNamespace(siblings=[SimpleNamespace(rfilename=n, size=s) for n, s in files])
    monkeypatch.setattr(offline, "check_hub", lambda: True)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: info)


def test_without_the_hub_the_size_is_parameters_times_bytes(tmp_path: Path) -> None:
    assert hub.download_size(MODEL, tmp_path) == hub.DownloadSize(13_480_000_000, about=True)


def test_local_weights_and_rules_download_nothing(tmp_path: Path) -> None:
    tiny.document(tmp_path / "org" / "name" / "config.json", {})
    assert hub.download_size(MODEL, tmp_path).size == 0
    assert hub.download_size(ModelConf(name="b", baseline="copy"), tmp_path).size == 0


def test_an_unknown_size_stays_unknown(tmp_path: Path) -> None:
    assert hub.download_size(ModelConf(repo="org/name"), tmp_path).size is None


def test_the_hub_lists_one_format_of_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bins = [("pytorch_model-1.bin", 70), ("pytorch_model-2.bin", 30), ("original/x.bin", 9)]
    listing(monkeypatch, *bins)
    assert hub.download_size(MODEL, tmp_path) == hub.DownloadSize(100)
    listing(monkeypatch, *bins, ("model-1.safetensors", 60), ("model-2.safetensors", 20))
    assert hub.download_size(MODEL, tmp_path) == hub.DownloadSize(80)


def test_a_hidden_listing_is_replaced_by_an_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise HfHubHTTPError("403", response=SimpleNamespace(headers={}, request=None))  # type: ignore[arg-type]

    monkeypatch.setattr(offline, "check_hub", lambda: True)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", refuse)
    assert hub.download_size(MODEL, tmp_path).about
