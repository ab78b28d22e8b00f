"""Notes on a model's layout of turns that a reader of its scores should know."""

import re
from pathlib import Path
from typing import Any

from clue.checkpoints.locate import find_local_weights
from clue.checkpoints.template_text import own_template
from clue.config import model_files
from clue.config.schema import ModelConf
from clue.errors import ClueError

LATE_SYSTEM = (
    "the chat template puts the instruction before the last question: worked examples come "
    "without it"
)
_MARKER = re.compile(
    r"im_start|start_header|start_of_turn|start_of_role|\bINST\b|<\|turn>"
    r"|<[|\uff5c](?:start|turn|user|assistant|system)[|\uff5c]>",
    re.I,
)
"""A token that begins a turn in some family of models."""


def lost_template(model: ModelConf, tokenizer: Any, models: Path, cache: Path) -> str | None:
    """Returns a note on a model that has no chat template and was probably trained with one.

    None if the model file decides on the template, or describes a pre-trained general model.

    Args:
        model: the model.
        tokenizer: its tokenizer, which has no template.
        models: folder of downloaded checkpoints.
        cache: folder of converted checkpoints.
    """
    if model.chat_template or _is_pretrained_only(model):
        return None
    markers = sorted(token for token in tokenizer.get_added_vocab() if _MARKER.search(token))
    base = model_files.base(model) or model.base_repo
    if markers:
        reason = f"its tokenizer has the tokens of one ({markers[0]})"
    elif base and _base_has_template(model, models, cache):
        reason = f"its base {base} has one"
    else:
        return None
    suggestion = base or "<name of a model>"
    return (
        f"{model.label} has no chat template, but {reason}: its prompts are in the plain layout. "
        f"If it was tuned with a template, set model.chat_template={suggestion} or a file; "
        "model.chat_template=none confirms the plain layout"
    )


def _is_pretrained_only(model: ModelConf) -> bool:
    """True if a model file says that nothing was tuned: chat tokens are untrained there."""
    tuned = model.base or model.base_repo or model.adapter or model.adaptation
    return bool(model.name) and model.domain == "general" and not tuned


def _base_has_template(model: ModelConf, models: Path, cache: Path) -> bool:
    """True if the base's tokenizer is on this machine and has a template; downloads nothing."""
    name = model_files.base(model)
    base = model_files.load(name) if name in model_files.names() else None
    base = base or ModelConf(repo=model.base_repo)
    try:
        return bool(find_local_weights(base, models)) and bool(own_template(base, models, cache))
    except ClueError:
        return False
