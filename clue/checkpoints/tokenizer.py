"""Opening of a tokenizer with the chat template that its checkpoint has for conversations."""

from pathlib import Path
from typing import Any

from clue.checkpoints import locate
from clue.checkpoints.identifying_files import json_object
from clue.config.schema import ModelConf
from clue.errors import ModelError

PROCESSOR_TEMPLATE = "chat_template.json"
"""Some checkpoints for text and pictures have their template only here, with their processor."""


def open_tokenizer(model: ModelConf, location: locate.CheckpointLocation) -> Any:
    """Returns a tokenizer of the library; code of a repository is never run.

    Args:
        model: the requested model.
        location: of its files.

    Raises:
        ModelUnavailable: the tokenizer is not here and cannot be downloaded.
        ModelError: it is code of its repository.
    """
    from transformers import AutoTokenizer
    from transformers.models.auto.tokenization_auto import get_tokenizer_config

    revision = {"revision": location.revision} if location.revision else {}
    with locate.explain_unavailable(model):
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                location.source, trust_remote_code=False, **revision
            )
        except ValueError as error:
            if "auto_map" not in get_tokenizer_config(location.source, **revision):
                raise
            raise ModelError(remote_code(model, "tokenizer_config.json")) from error
        if not tokenizer.chat_template:
            tokenizer.chat_template = _processor_template(location)
    return tokenizer


def remote_code(model: ModelConf, file: str) -> str:
    """Returns the reason why a checkpoint that brings its own code is refused.

    Args:
        model: the requested model.
        file: of the checkpoint, which names the code.
    """
    return (
        f"{model.label}: {model.repo} brings code of its own (auto_map in {file}), which is never "
        "run here. Choose a copy in the format of transformers (model.repo=<org>/<name>), or "
        "another model: `python -m clue models`"
    )


def _processor_template(location: locate.CheckpointLocation) -> Any:
    """Returns the template of the processor, None if there is none; the hub may be asked."""
    from transformers.utils import cached_file

    path = cached_file(
        location.source,
        PROCESSOR_TEMPLATE,
        revision=location.revision,
        _raise_exceptions_for_gated_repo=False,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return json_object(Path(path)).get("chat_template") if path else None
