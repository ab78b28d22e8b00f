from pathlib import Path
from types import SimpleNamespace

import httpx
import huggingface_hub
import pytest

from clue.checkpoints import hub
from clue.config.schema import ModelConf
from tests import tiny

MODEL = ModelConf(name="m", repo="org/name", dtype="bfloat16", parameters=6.74)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test asks the hub anew."""
    monkeypatch.setattr(hub, "_listed", hub._listed.__wrapped__)
    monkeypatch.setattr(hub, "reachable", hub.reachable.__wrapped__)


def listing(monkeypatch: pytest.MonkeyPatch, *files: tuple[str, int]) -> None:
    said = SimpleNamespace(siblings=[SimpleNamespace(rfilename=n, size=s) for n, s in files])
    monkeypatch.setattr(hub, "reachable", lambda: True)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: said)


def test_without_the_hub_the_size_is_parameters_times_bytes(tmp_path: Path) -> None:
    assert hub.weights(MODEL, tmp_path) == hub.Weights(13_480_000_000, about=True)


def test_what_is_here_or_has_no_weights_downloads_nothing(tmp_path: Path) -> None:
    tiny.document(tmp_path / "org" / "name" / "config.json", {})
    assert hub.weights(MODEL, tmp_path).size == 0
    assert hub.weights(ModelConf(name="b", baseline="copy"), tmp_path).size == 0


def test_an_unknown_size_stays_unknown(tmp_path: Path) -> None:
    assert hub.weights(ModelConf(repo="org/name"), tmp_path).size is None


def test_the_hub_lists_one_format_of_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bins = [("pytorch_model-1.bin", 70), ("pytorch_model-2.bin", 30), ("original/x.bin", 9)]
    listing(monkeypatch, *bins)
    assert hub.weights(MODEL, tmp_path) == hub.Weights(100)
    listing(monkeypatch, *bins, ("model-1.safetensors", 60), ("model-2.safetensors", 20))
    assert hub.weights(MODEL, tmp_path) == hub.Weights(80)


def test_a_hidden_listing_is_replaced_by_an_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise httpx.HTTPError("403")

    monkeypatch.setattr(hub, "reachable", lambda: True)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", refuse)
    assert hub.weights(MODEL, tmp_path).about


def test_a_hub_that_does_not_answer_is_not_sought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert not hub.reachable()
    hub.only_what_is_here()
    assert hub.os.environ["HF_HUB_OFFLINE"] == "1"
