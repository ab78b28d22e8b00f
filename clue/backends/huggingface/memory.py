"""How much memory a batch may take, and what it looks like when that was too much."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clue.errors import ModelError

SHARE_OF_GPU = 0.5
"""Of the memory that the weights leave; the rest is for what a pass computes."""
BYTES_OF_CPU = 2 * 2**30
"""A small share of any machine: Linux ends a process that takes too much without an error."""


def batch_tokens(model: Any) -> int:
    """Tokens whose keys and values fit the memory that a batch may take.

    It depends on model and device alone, so that a resumed run plans the same batches.
    """
    import torch

    if model.device.type == "cuda":
        gpus = {parameter.device for parameter in model.parameters()}
        whole = sum(torch.cuda.get_device_properties(gpu).total_memory for gpu in gpus)
        weights = sum(parameter.nbytes for parameter in model.parameters())
        room = int(SHARE_OF_GPU * (whole - weights))
    else:
        room = BYTES_OF_CPU
    return max(1, room // token_bytes(model))


def token_bytes(model: Any) -> int:
    """Bytes of a token's keys and values in all layers."""
    config = model.config.get_text_config()
    heads = config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // heads
    groups = getattr(config, "num_key_value_heads", None) or heads
    return 2 * int(config.num_hidden_layers * groups * size * model.dtype.itemsize)


@contextmanager
def for_weights(name: str) -> Iterator[None]:
    """Say what to do where memory does not take the weights of a model.

    Raises:
        ModelError: in the place of the library's error.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_exhausted(error):
            raise
        raise ModelError(
            f"memory does not suffice for the weights of {name}: free the device of other work, "
            "let the job see more GPUs (gpus_per_job, CUDA_VISIBLE_DEVICES), or quantise both "
            "models of the pair (model.quantization=int4)"
        ) from error


def is_exhausted(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or here."""
    import torch

    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = str(error)
    return isinstance(error, RuntimeError) and (
        "not enough memory" in words or "can't allocate memory" in words
    )
