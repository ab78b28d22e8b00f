"""Encoder of BERTScore: its tokenizer and its lower layers.

It is loaded once per process, when the first text is encoded, and stays until `release()`.
bert-score's own loader is not used: it supports no revision, and treats every folder with "t5" in
its path as a T5.
"""

import logging
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from clue.checkpoints import intact, locate
from clue.common.meter import METER
from clue.config.schema import ModelConf
from clue.errors import ModelError
from clue.metrics import encoder_device

log = logging.getLogger(__name__)

DOWNLOAD_ADVICE = (
    "scoring.bertscore.model=<models>/<the same>. Without any download: scoring=embedded, whose "
    "numbers differ"
)
"""Setting that uses a downloaded encoder, for error messages."""


@dataclass(frozen=True)
class Encoder:
    """A checkpoint and the layer whose output is compared."""

    source: str
    """Folder or hub id."""
    revision: str | None
    """Commit on the hub; None for a folder."""
    identity: str
    """The commit, or the digest of the folder's files."""
    label: str
    """Name for people."""
    positions: int | None
    """Most tokens that the model accepts; None if its config does not tell."""
    num_layers: int
    """The compared layer, counted from 1."""

    @property
    def tokenizer(self) -> Any:
        """The tokenizer; it truncates texts at `positions` if its own limit is larger."""
        return _tokenizer(self)

    @property
    def limit(self) -> int:
        """Most tokens of a text that are encoded, special ones included."""
        return int(self.tokenizer.model_max_length)

    def model(self, batch_tokens: int) -> Any:
        """Returns the layers up to the compared one, in float32, on `encoder_device.chosen`."""
        return _model(self, batch_tokens)


def encoder_conf(repo: str, revision: str | None = None) -> ModelConf:
    """Returns the configuration by which `clue.checkpoints.locate` finds the encoder."""
    return ModelConf(name="BERTScore's encoder", repo=repo, revision=revision)


def release() -> None:
    """Frees the memory of tokenizer and model."""
    loaded = _model.cache_info().currsize
    _model.cache_clear()
    _tokenizer.cache_clear()
    if loaded:
        import torch

        torch.cuda.empty_cache()


@lru_cache(maxsize=1)
def _tokenizer(encoder: Encoder) -> Any:
    from transformers import AutoTokenizer

    with _opening(encoder) as options:
        tokenizer = AutoTokenizer.from_pretrained(encoder.source, **options)
    if encoder.positions:  # SciBERT's and DeBERTa's tokenizers have 1e30 as their own limit
        tokenizer.model_max_length = min(tokenizer.model_max_length, encoder.positions)
    return tokenizer


@lru_cache(maxsize=1)
def _model(encoder: Encoder, batch_tokens: int) -> Any:
    import torch
    from transformers import AutoModel

    with METER.doing("loading the encoder of BERTScore"), _opening(encoder) as options:
        model, report = AutoModel.from_pretrained(
            encoder.source,
            num_hidden_layers=encoder.num_layers,
            dtype=torch.float32,
            **intact.REPORT,
            **options,
        )
    _check_loaded(encoder, model, report)
    model.eval().to(encoder_device.chosen(model, encoder.limit, batch_tokens))
    log.info("BERTScore uses %s on %s", encoder.label, model.device)
    return model


def _check_loaded(encoder: Encoder, model: Any, report: Mapping[str, Collection[Any]]) -> None:
    """Checks that all weights were loaded and that the model ends after the compared layer.

    The files have more: higher layers and heads. Some architectures ignore the number of layers.

    Raises:
        ModelError: weights are missing, misshapen or no numbers, or the model cannot be cut after
            the layer.
    """
    import torch

    needed = {name for name in report["missing_keys"] if not name.startswith("pooler.")}
    shapes = report["mismatched_keys"]
    name = "BERTScore's encoder"
    intact.check_tensors(name, encoder.source, {"missing_keys": needed, "mismatched_keys": shapes})
    intact.check_finite(name, encoder.source, model)
    layers = None
    if not model.config.is_encoder_decoder:
        layers = len(model(torch.tensor([[0]]), output_hidden_states=True).hidden_states) - 1
    if layers != encoder.num_layers:
        raise ModelError(
            f"BERTScore's encoder: {encoder.source} ({type(model).__name__}) cannot be cut after "
            f"layer {encoder.num_layers}; name a BERT with scoring.bertscore.model="
        )


@contextmanager
def _opening(encoder: Encoder) -> Iterator[dict[str, str]]:
    """Yields options of `from_pretrained`; hides its layer report and bars in log files."""
    from transformers.utils import logging as library

    verbosity, progress_bar = library.get_verbosity(), library.is_progress_bar_enabled()
    library.set_verbosity_error()
    if not sys.stderr.isatty():
        library.disable_progress_bar()
    try:
        conf = encoder_conf(encoder.source, encoder.revision)
        with locate.explain_unavailable(conf, DOWNLOAD_ADVICE):
            yield {"revision": encoder.revision} if encoder.revision else {}
    finally:
        library.set_verbosity(verbosity)
        if progress_bar:
            library.enable_progress_bar()
