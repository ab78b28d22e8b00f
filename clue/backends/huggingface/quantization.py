"""Weights of 8 or 4 bits: bitsandbytes makes them while loading, or the checkpoint has them."""

import importlib.util
from typing import Any

from clue.config.schema import ModelConf
from clue.errors import ModelUnavailable


def stored(config: Any) -> dict[str, Any] | None:
    """How a checkpoint is quantised already, as its config says; None = it is not."""
    said = getattr(config, "quantization_config", None)
    if said is None:
        return None
    return dict(said if isinstance(said, dict) else said.to_dict())


def check(model: ModelConf, config: Any) -> None:
    """Can this machine load it so? Asked before the weights are read.

    Raises:
        ModelUnavailable: a library or the GPU is missing, or the checkpoint is quantised already.
    """
    already = stored(config)
    if model.quantization and already:
        raise ModelUnavailable(
            f"{model.label} is quantised already ({already.get('quant_method')}) and is loaded as "
            "it is: leave model.quantization=null"
        )
    if model.quantization:
        _check_bitsandbytes(model)
    if already:
        _check_library(model, already)


def options(model: ModelConf) -> dict[str, Any]:
    """What `from_pretrained` is told besides the dtype, which the arithmetic keeps."""
    if not model.quantization:
        return {}
    import torch
    from transformers import BitsAndBytesConfig

    if model.quantization == "int8":
        return {"quantization_config": BitsAndBytesConfig(load_in_8bit=True)}
    four = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=getattr(torch, model.dtype),
    )
    return {"quantization_config": four}


def _check_bitsandbytes(model: ModelConf) -> None:
    import torch

    wish = f"{model.label}: model.quantization={model.quantization}"
    if not torch.cuda.is_available():
        raise ModelUnavailable(
            f"{wish} needs an NVIDIA GPU, and torch {torch.__version__} sees none here: leave it "
            "null, or run where there is one"
        )
    if not importlib.util.find_spec("bitsandbytes"):
        raise ModelUnavailable(
            f"{wish} needs bitsandbytes, which is not installed: pip install -e '.[quantization]'"
        )


def _check_library(model: ModelConf, already: dict[str, Any]) -> None:
    from transformers.quantizers import AutoHfQuantizer

    try:
        AutoHfQuantizer.from_config(already, pre_quantized=True).validate_environment()
    except (ImportError, RuntimeError, ValueError) as error:
        raise ModelUnavailable(
            f"{model.label}: {model.repo} is quantised ({already.get('quant_method')}) and cannot "
            f"be loaded here: {' '.join(str(error).split())}"
        ) from error
