"""Device of BERTScore's encoder: the GPU if weights and a batch fit its free memory, else the CPU.

The model that answered may still be on the GPU, or that of another process. The decision changes no
more than the last bits of a score.
"""

import logging
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

FLOAT_BYTES = 4
"""The encoder computes in float32."""
COPIES = 8
"""Vectors of a token in memory at a time: queries, keys, values, sums, norms and their inputs."""
CUDA_BYTES = 512 * 2**20
"""Memory that CUDA's context and libraries take with the first product."""


@dataclass(frozen=True)
class EncoderSize:
    """Sizes that determine the memory of an encoder."""

    weights: int
    """Bytes."""
    hidden: int
    intermediate: int
    heads: int
    longest: int
    """Tokens of the longest text that it reads."""

    @classmethod
    def of(cls, model: Any, longest: int) -> "EncoderSize":
        """Returns the sizes of a loaded BERT."""
        config = model.config
        weights = sum(tensor.nbytes for tensor in (*model.parameters(), *model.buffers()))
        return cls(
            weights,
            config.hidden_size,
            getattr(config, "intermediate_size", None) or 4 * config.hidden_size,
            config.num_attention_heads,
            longest,
        )

    def needs(self, tokens: int) -> int:
        """Returns the bytes of weights and of a batch of so many tokens.

        The scores of attention count in full, although most kernels never keep them all.
        """
        of_token = COPIES * self.hidden + 2 * self.intermediate + 2 * self.heads * self.longest
        batch = max(tokens, self.longest)  # a single text may exceed the bound of a batch
        return self.weights + CUDA_BYTES + FLOAT_BYTES * of_token * batch


def chosen(model: Any, longest: int, tokens: int) -> str:
    """Returns the device for a loaded encoder; logs why a GPU is not used.

    Args:
        model: the encoder, on the CPU.
        longest: tokens of the longest text that it reads.
        tokens: of a batch, padding included.
    """
    free = free_memory()
    if free is None:
        return "cpu"
    size = EncoderSize.of(model, longest)
    selected = device(free, size, tokens)
    if selected == "cpu":
        log.info(
            "BERTScore's encoder needs %.1f GiB with a batch of %d tokens, and the GPU has %.1f "
            "free: it stays on the CPU; a smaller scoring.bertscore.batch_tokens may fit",
            size.needs(tokens) / 2**30,
            tokens,
            free / 2**30,
        )
    return selected


def device(free: int, size: EncoderSize, tokens: int) -> str:
    """Returns `cuda` if an encoder and a batch fit the free memory, else `cpu`.

    Args:
        free: bytes of GPU memory.
        size: of the encoder.
        tokens: of a batch, padding included.

    >>> minilm = EncoderSize(90 * 2**20, hidden=384, intermediate=1536, heads=12, longest=512)
    >>> device(2 * 2**30, minilm, 16384), device(2**30, minilm, 16384)
    ('cuda', 'cpu')
    """
    return "cuda" if size.needs(tokens) <= free else "cpu"


def free_memory() -> int | None:
    """Returns the bytes that this process can still take on the current GPU; None without one.

    What PyTorch holds and does not use counts as free: it is used before more is asked for.
    """
    import torch

    if not torch.cuda.is_available():
        return None
    free, _ = torch.cuda.mem_get_info()
    unused: int = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    return int(free) + unused
