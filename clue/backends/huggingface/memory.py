"""Memory of a device: the share that a batch may take, and errors that report its exhaustion."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clue.errors import ModelError

SHARE_OF_GPU = 0.5
"""Share of the memory next to the weights; the rest is for the computations of a pass."""
BYTES_OF_CPU = 2 * 2**30
"""A small share of any machine: Linux kills a process that takes too much, without an error."""


def devices() -> str:
    """Names of the visible GPUs, or `cpu`."""
    import torch

    gpus = range(torch.cuda.device_count())
    return ", ".join(torch.cuda.get_device_name(gpu) for gpu in gpus) or "cpu"


def default_batch_tokens(model: Any) -> int:
    """Tokens whose keys and values fit the memory that a batch may take.

    The result depends on model and device alone, so that a resumed run plans the same batches.
    """
    import torch

    if model.device.type == "cuda":
        gpus = {parameter.device for parameter in model.parameters()}
        total = sum(torch.cuda.get_device_properties(gpu).total_memory for gpu in gpus)
        weights = sum(parameter.nbytes for parameter in model.parameters())
        available = int(SHARE_OF_GPU * (total - weights))
    else:
        available = BYTES_OF_CPU
    return max(1, available // kv_bytes_per_token(model))


def kv_bytes_per_token(model: Any) -> int:
    """Bytes of a token's keys and values in all layers."""
    config = model.config.get_text_config()
    heads = config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // heads
    groups = getattr(config, "num_key_value_heads", None) or heads
    return 2 * int(config.num_hidden_layers * groups * size * model.dtype.itemsize)


@contextmanager
def explain_exhausted(name: str) -> Iterator[None]:
    """Replace a library's error by advice if the weights of a model exceed the memory.

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
    """True if an error reports that memory ran out, on a GPU or here."""
    import torch

    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = str(error)
    return isinstance(error, RuntimeError) and (
        "not enough memory" in words or "can't allocate memory" in words
    )
