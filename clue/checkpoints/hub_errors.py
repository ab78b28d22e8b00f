"""Explanations of a failed download; libraries raise an OSError for many different causes."""

import json
import textwrap
from collections.abc import Iterator

from clue.config.schema import ModelConf


def explain(model: ModelConf, setting: str, error: BaseException) -> str:
    """Explains why a checkpoint is unavailable and what to do.

    The types of the error and of its causes decide: its text may contain a status code by chance.

    Args:
        model: the requested model.
        setting: the setting that names a folder with a download, `<models>/<repo>`.
        error: raised by transformers or by the hub's client.
    """
    from huggingface_hub import errors

    causes = list(_chain(error))
    name, repo, page = model.label, model.repo, f"https://huggingface.co/{model.repo}"
    status = _status(causes)
    missing = _any(causes, errors.RepositoryNotFoundError, errors.RevisionNotFoundError)
    if _any(causes, errors.GatedRepoError) or (status in (401, 403) and not missing):
        return (
            f"{name}: {repo} is gated or private. Accept its licence at {page}, log in with "
            f"`hf auth login`, then `hf download {repo}`"
        )
    if missing:
        return (
            f"{name}: the hub has no {repo} (revision {model.revision or 'default'}), or it is "
            f"private; check {page}, and log in with `hf auth login` if it is private"
        )
    if status is not None and status < 500:
        return f"{name}: the hub answered HTTP {status} for {repo} ({_one_line(error)}); see {page}"
    if not _unreachable(causes):
        return f"{name}: {repo} exists and cannot be opened: {_one_line(error)}"
    licence = f" Accept its licence at {page} first (`hf auth login`)." if model.gated else ""
    return (
        f"{name}: {repo} is not on this machine and the hub was not reached ({_one_line(error)})."
        f"{licence} On a machine with a network: `hf download {repo} --local-dir <models>/{repo}`, "
        f"see {page}; then {setting}. Without weights, with random words as answers: backend=fake"
    )


def _unreachable(causes: list[BaseException]) -> bool:
    """True if no answer of the hub is among the causes of a failed search."""
    from huggingface_hub import constants, errors

    if _any(causes, errors.LocalEntryNotFoundError, ConnectionError, TimeoutError):
        return True
    if _any(causes, errors.HTTPError):  # type: ignore[attr-defined]  # httpx's or httpx2's
        return True
    # offline, a tokenizer that is not in the cache is an OSError without a cause
    return constants.is_offline_mode() and _any(causes, OSError)


def _status(causes: list[BaseException]) -> int | None:
    """HTTP status of the hub's answer; None if it gave none."""
    from huggingface_hub.errors import HfHubHTTPError

    answers = (cause.response for cause in causes if isinstance(cause, HfHubHTTPError))
    return next((int(answer.status_code) for answer in answers), None)


def _any(causes: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _one_line(error: BaseException) -> str:
    return json.dumps(textwrap.shorten(str(error), 160, placeholder=" ..."))
