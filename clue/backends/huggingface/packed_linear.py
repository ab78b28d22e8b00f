"""Linear layers in oneDNN's layout, for processors on which PyTorch multiplies more slowly.

PyTorch gives products of float32 to MKL, whose code for AVX-512 runs on Intel's processors only. On
others oneDNN is 2.4 times as fast. Products of bfloat16 are oneDNN's anyway; there the layout saves
a copy of the weights with each product (`python -m benchmarks.generation_profile`).
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

ONEDNN: Any = torch.ops.mkldnn
"""Operations that PyTorch's compiler uses too."""
log = logging.getLogger(__name__)

DTYPES = (torch.float32, torch.bfloat16)
ROWS = 64
"""Rows for which oneDNN chooses the layout, which then serves all numbers of rows."""
ERROR = {torch.float32: 1e-4, torch.bfloat16: 0.1}
"""Largest relative difference of logits in the trial: rounding, and nothing that is left out."""
CPU_FACTS = Path("/proc/cpuinfo")


class PackedLinear(torch.nn.Module):
    """A linear layer whose weight oneDNN has laid out; it has no gradient."""

    weight: torch.Tensor
    """Shape (out, in), in oneDNN's layout."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.bias = linear.bias
        packed = ONEDNN._reorder_linear_weight(linear.weight.detach(), ROWS)
        self.register_buffer("weight", packed)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Returns states (..., in) times the weight, plus the bias, shape (..., out)."""
        product: torch.Tensor = ONEDNN._linear_pointwise(
            states, self.weight, self.bias, "none", [], ""
        )
        return product

    def unpacked(self) -> torch.nn.Linear:
        """Returns the layer as it was."""
        linear = torch.nn.Linear(self.in_features, self.out_features, bias=False, device="meta")
        linear.weight = torch.nn.Parameter(self.weight.to_dense())
        linear.bias = self.bias
        return linear


def helps(dtype: torch.dtype) -> bool:
    """True if packed layers are faster on this processor.

    They are with AVX-512, in float32 unless it is Intel's, where MKL is as fast and a tied head
    would be in memory twice in vain. The answer depends on the machine alone, so that a resumed run
    computes as before.
    """
    capable = torch.backends.cpu.get_cpu_capability() == "AVX512"
    has_onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    has_slow_products = dtype == torch.bfloat16 or (dtype == torch.float32 and not _is_intel())
    return has_onednn and capable and has_slow_products


def pack(model: Any) -> None:
    """Lay out the linear layers of a model on the CPU, unless its logits then differ.

    Args:
        model: a loaded model of the library, also one with an adapter; not for training.
    """
    names = list(_linear_layers(model))
    try:
        expected = _logits(model)
        for name in names:
            model.set_submodule(name, PackedLinear(model.get_submodule(name)))
        _check_equal(_logits(model), expected, ERROR[model.dtype])
    # any error says that the model reads its weights in another way
    except Exception as error:
        log.debug("linear layers are not packed: %s", error)
        unpack(model)
    else:
        log.info("%d linear layers are in oneDNN's layout", len(names))


def unpack(model: Any) -> None:
    """Give all linear layers back the layout that they had."""
    for name, module in list(model.named_modules()):
        if isinstance(module, PackedLinear):
            model.set_submodule(name, module.unpacked())


def _linear_layers(model: Any) -> Iterator[str]:
    """Yields the names of the layers that can be packed; subclasses compute in their own way."""
    for name, module in model.named_modules():
        if type(module) is torch.nn.Linear and not hasattr(module, "_hf_hook"):
            weight = module.weight
            if weight.device.type == "cpu" and weight.dtype in DTYPES:
                yield name


def _logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        logits: torch.Tensor = model(input_ids=torch.tensor([[0, 1, 2, 3]])).logits
    return logits.float()


def _check_equal(logits: torch.Tensor, expected: torch.Tensor, most: float) -> None:
    error = float((logits - expected).norm() / expected.norm())
    if not error <= most:  # true for nan too
        raise ValueError(f"logits differ by {error:.2g} of their norm")


def _is_intel() -> bool:
    """False where the system does not tell."""
    return CPU_FACTS.is_file() and "GenuineIntel" in CPU_FACTS.read_text()
