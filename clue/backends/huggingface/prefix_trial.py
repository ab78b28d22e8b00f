"""Trial that decides whether the rows of a model may refer to a shared prefix."""

import logging
from typing import Any

import torch

from clue.backends.huggingface.architecture import library_model
from clue.backends.huggingface.prefix_attention import NAME
from clue.backends.huggingface.prompt_reading import PromptReader

log = logging.getLogger(__name__)


def enable(model: Any) -> None:
    """Let the attention of a model regard prefixes, if it can.

    It can on the CPU where the library's `sdpa` computes all of its attention, without sliding
    windows and caps. Whether it does is tried with a prompt of two tokens behind a prefix of two.

    Args:
        model: a loaded model of the library, also one with an adapter.
    """
    base = library_model(model)
    implementation = base.config.get_text_config()._attn_implementation
    devices = {parameter.device.type for parameter in base.parameters()}
    if implementation != "sdpa" or devices != {"cpu"}:
        return
    try:
        base.set_attn_implementation(NAME)
        reader = PromptReader(model, [0, 1])
        with torch.inference_mode():
            rows = [[0, 1, 2, 3]]
            for _ in reader.read(reader.new_cache(rows, 0), rows):
                pass
    # any error says that the model does not follow; with copies it answers as it always did
    except Exception as error:
        log.debug("rows do not share a prefix: %s", error)
        base.set_attn_implementation(implementation)
