from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import constants, errors

from clue.checkpoints.hub_errors import explain
from clue.checkpoints.locate import explain_unavailable
from clue.config.schema import ModelConf
from clue.errors import ModelUnavailable

MODEL = ModelConf(name="m", repo="org/m")
NUMBERS = "Request ID: Root=1-401-403-404 for https://huggingface.co/org/m-401/resolve/403404"


def answer(kind: type[errors.HfHubHTTPError], status: int) -> errors.HfHubHTTPError:
    """An error of the hub's client for an answer with this status."""
    response: Any = SimpleNamespace(headers={}, request=None, status_code=status)
    return kind(NUMBERS, response=response)


CASES = [
    (answer(errors.GatedRepoError, 403), "gated or private. Accept its licence"),
    (answer(errors.GatedRepoError, 401), "gated or private. Accept its licence"),
    (answer(errors.HfHubHTTPError, 401), "gated or private. Accept its licence"),
    (answer(errors.RepositoryNotFoundError, 401), "the hub has no org/m (revision default)"),
    (answer(errors.RepositoryNotFoundError, 404), "the hub has no org/m (revision default)"),
    (answer(errors.RevisionNotFoundError, 404), "the hub has no org/m (revision default)"),
    (answer(errors.RemoteEntryNotFoundError, 404), "the hub answered HTTP 404 for org/m"),
    (answer(errors.HfHubHTTPError, 503), "the hub was not reached"),
    (errors.LocalEntryNotFoundError(NUMBERS), "the hub was not reached"),
    (errors.OfflineModeIsEnabled(NUMBERS), "the hub was not reached"),
    (ConnectionError(NUMBERS), "the hub was not reached"),
    (ValueError(NUMBERS), "exists and cannot be opened"),
    (PermissionError(13, NUMBERS), "exists and cannot be opened"),
]


@pytest.mark.parametrize(("cause", "part"), CASES, ids=lambda value: str(value)[:30])
def test_the_type_of_the_cause_decides_whatever_numbers_its_text_contains(
    cause: Exception, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    outer = RuntimeError("cannot load") if isinstance(cause, ValueError) else OSError("cannot load")
    outer.__cause__ = cause
    assert part in explain(MODEL, "paths.models=<models>", outer)


def test_offline_a_file_that_is_not_in_the_cache_was_not_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    message = explain(MODEL, "paths.models=<models>", OSError("Can't load tokenizer for 'org/m'"))
    assert "is not on this machine and the hub was not reached" in message


def test_the_message_names_page_login_and_download_of_a_gated_model() -> None:
    model = ModelConf(name="m", repo="org/m", gated=True)
    with pytest.raises(ModelUnavailable) as caught, explain_unavailable(model):
        raise errors.LocalEntryNotFoundError("no file")
    message = str(caught.value)
    for part in ("https://huggingface.co/org/m", "hf auth login", "hf download org/m --local-dir"):
        assert part in message
