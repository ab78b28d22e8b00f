"""Why a checkpoint is not to be had, in words; libraries say it with an OSError of many guises."""

import json
from collections.abc import Iterator

from clue.config.schema import ModelConf


def reason(model: ModelConf, place: str, error: BaseException) -> str:
    """What happened and what to do.

    Args:
        model: what was sought.
        place: the setting that names a folder to which it was downloaded, `<models>/<repo>`.
        error: of transformers or the hub's client, with its causes.
    """
    causes = [type(cause).__name__ + ": " + str(cause) for cause in _chain(error)]
    text = " ".join(causes)
    page = f"https://huggingface.co/{model.repo}"
    name = model.label
    if "GatedRepo" in text or "401" in text or "403" in text:
        return (
            f"{name}: {model.repo} is gated or private. Accept its licence at {page}, log in "
            "with `hf auth login`, "
            f"then `hf download {model.repo}`"
        )
    if "RepositoryNotFound" in text or "404" in text or "RevisionNotFound" in text:
        return (
            f"{name}: the hub has no {model.repo} (revision {model.revision or 'default'}); check "
            f"{page}"
        )
    if not any(isinstance(cause, OSError) for cause in _chain(error)):
        return f"{name}: {model.repo} is there and cannot be opened: {_one_line(error)}"
    gate = (
        f" Its licence must be accepted at {page} first (`hf auth login`)." if model.gated else ""
    )
    return (
        f"{name}: {model.repo} is not on this machine and the hub was not reached "
        f"({_one_line(error)}).{gate} "
        f"Where there is a network: `hf download {model.repo} --local-dir "
        f"<models>/{model.repo}`, see {page}; then {place}"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _one_line(error: BaseException) -> str:
    return json.dumps(" ".join(str(error).split())[:160])
