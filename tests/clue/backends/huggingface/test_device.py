"""A large model that goes to the CPU for lack of a GPU is announced, with what to do."""

from types import SimpleNamespace

import pytest
import torch

from clue.backends.huggingface.device import device_map
from clue.config.schema import ModelConf


def chosen(device: str, billions: float | None) -> str:
    model = ModelConf(name="large", parameters=billions)
    return device_map(SimpleNamespace(model=model, backend=SimpleNamespace(device=device)))


def test_a_large_model_on_the_cpu_is_announced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert chosen("auto", 7.0) == "cpu"
    assert "large has 7 billion parameters" in caplog.text
    assert "finds no GPU" in caplog.text
    assert "backend=fake" in caplog.text


@pytest.mark.parametrize(
    ("device", "gpu", "billions"),
    [("auto", True, 7.0), ("auto", False, 0.135), ("auto", False, None), ("cpu", False, 7.0)],
)
def test_other_choices_need_no_word(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    device: str,
    gpu: bool,
    billions: float | None,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert chosen(device, billions) == ("auto" if gpu else "cpu")
    assert not caplog.text
