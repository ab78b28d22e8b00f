"""The class that loads a checkpoint, chosen by its config before its weights are read.

The library's mappings decide, never a name. A model for text and pictures is loaded complete, so
that its tensors and adapters fit, and loses its encoders of pictures and sounds afterwards: text
does not pass through them. Price: their weights, a few per cent, are read for nothing.
"""

import copy
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clue.checkpoints.identifying_files import json_object
from clue.checkpoints.tokenizer import remote_code
from clue.config.schema import ModelConf
from clue.errors import ModelError, ModelUnavailable

_CHOOSE = "`python -m clue models` lists models that answer"


def text_config(config: Any) -> Any:
    """Returns the part of a config that describes the text model; all of it if there are none."""
    return config.get_text_config(decoder=True)


def open_config(model: ModelConf, source: str, revision: Mapping[str, str]) -> Any:
    """Returns the config of a checkpoint; code of a repository is never run.

    Args:
        model: the requested model.
        source: folder or hub id.
        revision: arguments of the library that name the revision.

    Raises:
        ModelError: the library does not know the architecture.
        OSError, ValueError: the config is unavailable or damaged.
    """
    from transformers import CONFIG_MAPPING, AutoConfig, __version__
    from transformers.utils import cached_file

    try:
        return AutoConfig.from_pretrained(source, trust_remote_code=False, **revision)
    except (ValueError, KeyError) as error:
        facts = json_object(Path(cached_file(source, "config.json", **revision)))
        unknown = [kind for kind in _types(facts) if kind not in CONFIG_MAPPING]
        if not unknown:
            raise
        if "auto_map" in facts and facts.get("model_type") in unknown:
            raise ModelError(remote_code(model, "config.json")) from error
        raise ModelError(
            f"{model.label}: transformers {__version__} does not know the architecture of "
            f"{model.repo} (model_type: {unknown[0] or 'missing'}): `pip install --upgrade "
            "transformers`, or choose a model of another type"
        ) from error


def auto_class(label: str, config: Any) -> Any:
    """Returns the library's class that loads a model which answers text.

    Args:
        label: name of the model, for people.
        config: of the checkpoint.

    Raises:
        ModelError: the model does not continue text, or not with keys and values of each token.
        ModelUnavailable: a part of it needs a package that is not installed.
    """
    from transformers import (
        MODEL_FOR_CAUSAL_LM_MAPPING,
        MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
        AutoModelForCausalLM,
        AutoModelForImageTextToText,
    )

    _check_writes(label, config)
    # where both have a class, the second one leaves out tensors of the checkpoint
    for mapping, loader in (
        (MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, AutoModelForImageTextToText),
        (MODEL_FOR_CAUSAL_LM_MAPPING, AutoModelForCausalLM),
    ):
        if type(config) in mapping:
            model = mapping[type(config)]
            check_stateless(model, config)
            _check_inputs(label, model)
            _check_packages(label, loader, config)
            return loader
    raise ModelError(
        f"{label}: transformers has no class that continues text for a model of the type "
        f"{config.model_type}. {_CHOOSE}"
    )


def check_stateless(model: Any, config: Any) -> None:
    """Check that a model keeps keys and values of each token, which `KvCache` needs.

    Args:
        model: the model or its class.
        config: of the model.

    Raises:
        ModelError: it has a state in their place.
    """
    # the library's own flag; without the state all answers would be wrong without an error
    if model._is_stateful:
        raise ModelError(
            f"a model of the type {config.model_type} sums up its input in a state, "
            "which backend=transformers does not keep; use a server that does, with "
            "backend=vllm or backend=openai"
        )


def free_encoders(model: Any) -> None:
    """Free the encoders of pictures and sounds of a model that gets text alone.

    Args:
        model: a loaded model of the library, also one with an adapter.
    """
    import torch

    base = library_model(model)
    if text_config(base.config) is base.config:
        return
    for modality in ("image", "audio"):
        encoder = base.get_encoder(modality=modality)
        names = [name for name, module in base.named_modules() if module is encoder]
        if any(names):  # without an encoder the library returns the model, whose name is empty
            base.set_submodule(names[0], torch.nn.Module())


def library_model(model: Any) -> Any:
    """Returns the model of the library, which can be below an adapter."""
    return model.get_base_model() if hasattr(model, "peft_config") else model


def _types(facts: Mapping[str, Any]) -> list[Any]:
    """Types of a model and of its parts in a config.json."""
    parts = [part for part in facts.values() if isinstance(part, dict) and "model_type" in part]
    return [facts.get("model_type"), *(part["model_type"] for part in parts)]


def _check_writes(label: str, config: Any) -> None:
    """Check that a checkpoint was trained to continue text, as far as its config says.

    Raises:
        ModelError: it reads with an encoder, or it embeds or classifies.
    """
    import transformers

    if config.is_encoder_decoder:
        raise ModelError(
            f"{label} is an encoder-decoder model ({config.model_type}): no prompt of the study is "
            f"written for one. {_CHOOSE}"
        )
    names = config.architectures or []
    classes = [getattr(transformers, name, None) for name in names]
    # a name that the library lacks says nothing: older releases wrote others
    if classes and all(kind is not None and not kind.can_generate() for kind in classes):
        raise ModelError(
            f"{label} does not write text: its config.json says {', '.join(names)}, which embeds, "
            f"classifies or fills gaps. {_CHOOSE}; if its files have a head that writes, correct "
            "`architectures` there"
        )


def _check_inputs(label: str, model: Any) -> None:
    inputs = inspect.signature(model.forward).parameters
    others = [
        name
        for name, value in inputs.items()
        if value.default is value.empty and value.kind is value.POSITIONAL_OR_KEYWORD
    ]
    needed = ", ".join(name for name in others if name not in ("self", "input_ids"))
    if needed or not {"input_ids", "past_key_values"} <= set(inputs):
        reason = f"needs {needed}" if needed else "has no keys and values of each token"
        raise ModelError(f"{label}: {model.__name__} {reason}: it cannot answer text. {_CHOOSE}")


def _check_packages(label: str, loader: Any, config: Any) -> None:
    """Build the model without memory: encoders of some models are another package's."""
    import torch

    try:
        with torch.device("meta"):
            loader.from_config(copy.deepcopy(config))
    except ImportError as error:
        raise ModelUnavailable(
            f"{label}: a part of the model needs a package: {' '.join(str(error).split())}"
        ) from error
