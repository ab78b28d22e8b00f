"""Weights of 8 or 4 bits: quantised by bitsandbytes while loading, or in the checkpoint."""

import importlib.util
from typing import Any

from clue.backends.huggingface.architecture import text_config
from clue.config.schema import ModelConf
from clue.errors import ModelUnavailable


def stored_quantization(config: Any) -> dict[str, Any] | None:
    """Quantisation of the checkpoint according to its config; None = it is not quantised."""
    parts = (config, text_config(config))
    quantizations = (getattr(part, "quantization_config", None) for part in parts)
    quantization = next((value for value in quantizations if value is not None), None)
    if quantization is None:
        return None
    return dict(quantization if isinstance(quantization, dict) else quantization.to_dict())


def check_loadable(model: ModelConf, config: Any) -> None:
    """Check that this machine can load a model as configured, before its weights are read.

    Raises:
        ModelUnavailable: a library or the GPU is missing, or the checkpoint is quantised already.
    """
    stored = stored_quantization(config)
    if model.quantization and stored:
        raise ModelUnavailable(
            f"{model.label} is quantised already ({stored.get('quant_method')}) and is loaded as "
            "it is: leave model.quantization=null"
        )
    if model.quantization:
        _check_bitsandbytes(model)
    if stored:
        _check_library(model, stored)


def load_options(model: ModelConf) -> dict[str, Any]:
    """Arguments of `from_pretrained` in addition to the dtype, which arithmetic keeps."""
    if not model.quantization:
        return {}
    import torch
    from transformers import BitsAndBytesConfig

    if model.quantization == "int8":
        return {"quantization_config": BitsAndBytesConfig(load_in_8bit=True)}
    four_bits = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=getattr(torch, model.dtype),
    )
    return {"quantization_config": four_bits}


def _check_bitsandbytes(model: ModelConf) -> None:
    import torch

    setting = f"{model.label}: model.quantization={model.quantization}"
    if not torch.cuda.is_available():
        raise ModelUnavailable(
            f"{setting} needs an NVIDIA GPU, and torch {torch.__version__} finds none: leave it "
            "null, or run on a machine with one"
        )
    if not importlib.util.find_spec("bitsandbytes"):
        raise ModelUnavailable(
            f"{setting} needs bitsandbytes, which is not installed: "
            "pip install -e '.[quantization]'"
        )


def _check_library(model: ModelConf, stored: dict[str, Any]) -> None:
    from transformers.quantizers import AutoHfQuantizer

    try:
        AutoHfQuantizer.from_config(stored, pre_quantized=True).validate_environment()
    except (ImportError, RuntimeError, ValueError) as error:
        raise ModelUnavailable(
            f"{model.label}: {model.repo} is quantised ({stored.get('quant_method')}) and cannot "
            f"be loaded here: {' '.join(str(error).split())}"
        ) from error
