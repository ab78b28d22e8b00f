"""Rates of a machine for matrix products and forward passes, and the floors that follow."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from clue.backends.huggingface.packed_linear import PackedLinear

SHAPES: dict[str, dict[str, int]] = {
    "llama7b": {
        "vocab_size": 32000,
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
    },
    "llama1b": {
        "vocab_size": 32000,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
    },
    "tiny": {
        "vocab_size": 2000,
        "hidden_size": 128,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    },
}
PROMPT, BATCH = 512, 64
"""Tokens of the pass that measures reading, rows of the pass that measures answering."""


def shape(name: str) -> Any:
    """A Llama with random weights in bfloat16, on the GPU if there is one."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**SHAPES[name], max_position_embeddings=8192)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    with torch.device(device):
        torch.set_default_dtype(torch.bfloat16)
        model = LlamaForCausalLM(config)
        torch.set_default_dtype(torch.float32)
    return model.eval()


class Floors:
    """The best of several measurements of one model on one machine."""

    def __init__(self, model: Any) -> None:
        self.model = model
        config = model.config
        head = config.vocab_size * config.hidden_size
        self.attention = 4 * config.num_hidden_layers * config.num_attention_heads * config.head_dim
        """Operations of the two products of attention for one token that sees another."""
        linear = [m for m in model.modules() if isinstance(m, torch.nn.Linear | PackedLinear)]
        self.layers = sum(m.in_features * m.out_features for m in linear) - head
        """Weights that every token passes; the head is used only where a token is chosen."""
        self.head = head
        self.matmul = self.reading = self.answering = 0.0
        """FLOP/s, prompt tokens/s, answer tokens/s; wall clock."""
        self.matmul_cpu = 0.0
        """FLOP per CPU second."""

    def measure(self) -> None:
        """Measure all rates once more and keep the best."""
        size = 8192 if self.model.device.type == "cuda" else 1536
        factor_a, factor_b = (
            torch.randn(size, size, dtype=self.model.dtype, device=self.model.device)
            for _ in range(2)
        )
        wall, cpu = self._seconds(self._product(factor_a, factor_b))
        self.matmul = max(self.matmul, 2 * size**3 / wall)
        self.matmul_cpu = max(self.matmul_cpu, 2 * size**3 / cpu)
        ids = torch.ones((1, PROMPT), dtype=torch.long, device=self.model.device)
        reading, _ = self._seconds(lambda: self.model(input_ids=ids, logits_to_keep=1))
        self.reading = max(self.reading, PROMPT / reading)
        answering, _ = self._seconds(lambda: self.model(input_ids=ids[:, :BATCH].T))
        self.answering = max(self.answering, BATCH / answering)

    def _product(self, factor_a: torch.Tensor, factor_b: torch.Tensor) -> Callable[[], Any]:
        """Returns a large product by the library that multiplies in the model."""
        if not any(isinstance(module, PackedLinear) for module in self.model.modules()):
            return lambda: factor_a @ factor_b
        linear = torch.nn.Linear(len(factor_b), len(factor_b), bias=False)
        linear.weight = torch.nn.Parameter(factor_b)
        packed = PackedLinear(linear)
        return lambda: packed(factor_a)

    def _seconds(self, work: Callable[[], Any], repeats: int = 3) -> tuple[float, float]:
        best_wall = best_cpu = float("inf")
        with torch.inference_mode():
            work()
            for _ in range(repeats):
                wall, cpu = time.perf_counter(), time.process_time()
                work()
                if self.model.device.type == "cuda":
                    torch.cuda.synchronize()
                best_wall = min(best_wall, time.perf_counter() - wall)
                best_cpu = min(best_cpu, time.process_time() - cpu)
        return best_wall, best_cpu

    def lines(self, read: int, answered: int, wall: float, cpu: float) -> Iterator[str]:
        """Two floors, and their shares of the measured time.

        Args:
            read: prompt tokens to read.
            answered: answer tokens.
            wall: measured seconds.
            cpu: measured CPU seconds.
        """
        flop, _ = self.necessary(read, answered, 0)
        least = flop / self.matmul
        yield (
            f"floor of the matrix products: {flop / 1e12:.2f} TFLOP at {self.matmul / 1e9:.0f} "
            f"GFLOP/s: {least:.1f} s, {least / wall:.0%} of ours (CPU s: "
            f"{flop / self.matmul_cpu / cpu:.0%})"
        )
        least = read / self.reading + answered / self.answering
        yield (
            f"floor of the model's passes: {read} at {self.reading:.0f} read/s and {answered} at "
            f"{self.answering:.0f} answered/s (batch {BATCH}, no prompt): {least:.1f} s, "
            f"{least / wall:.0%} of ours"
        )

    def necessary(self, read: int, answered: int, seen: int) -> tuple[int, int]:
        """Operations that no way of computing can spare: of linear layers, and of attention.

        Args:
            read: prompt tokens to read.
            answered: answer tokens.
            seen: sum over all these tokens of the tokens that each sees, itself included.
        """
        linear = 2 * (self.layers * (read + answered) + self.head * answered)
        return linear, self.attention * seen

    def share(self, tokens: int, seconds: float) -> float:
        """Share of the measured rate of matrix products that some tokens in some seconds reach."""
        return float(2 * self.layers * tokens / seconds / self.matmul)
