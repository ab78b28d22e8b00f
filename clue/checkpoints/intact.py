"""Checks of loaded weights: every tensor is the checkpoint's own, and every number is finite.

Transformers initializes a tensor that the files lack at random, leaves out one that the
architecture has no place for, and only reports both.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from clue.errors import ModelError

LISTED = 4
"""Most tensors that an error names."""
REPORT: Mapping[str, Any] = {"output_loading_info": True, "ignore_mismatched_sizes": True}
"""Options of `from_pretrained`: return the report, in the place of an error without names."""


def check_tensors(label: str, source: str, report: Mapping[str, Collection[Any]]) -> None:
    """Check that files and architecture have the same tensors.

    The library's report leaves out tied weights, and buffers that it computes itself.

    Args:
        label: name of the model, for people.
        source: folder or hub id.
        report: the library's loading info, or the part of it that matters.

    Raises:
        ModelError: tensors are missing, unexpected or misshapen; names some of them.
    """
    shapes = sorted(report.get("mismatched_keys", ()))
    problems = (
        ("missing in its files", sorted(report.get("missing_keys", ()))),
        ("of another shape", [f"{name} {tuple(a)} for {tuple(b)}" for name, a, b in shapes]),
        ("without a place in its architecture", sorted(report.get("unexpected_keys", ()))),
    )
    lines = [f"  {kind}: {_some(names)}" for kind, names in problems if names]
    if lines:
        raise ModelError(
            f"{label}: the tensors in {source} are not those of its config.json:\n"
            + "\n".join(lines)
            + f"\n{_download(source)}. If its authors published it like this, load it with "
            "transformers, check it, save it with save_pretrained, and name that folder"
        )


def check_finite(label: str, source: str, model: Any) -> None:
    """Check that all weights are numbers.

    Quantised weights are whole numbers, and those that stay on the disk are not read here: the
    check of the logits remains for them. A buffer may be infinite: a mask.

    Raises:
        ModelError: NaN or infinite weights; names some of their tensors.
    """
    names = list(_not_finite(model))
    if names:
        raise ModelError(
            f"{label}: weights in {source} are no numbers (NaN or infinite): {_some(names)}. "
            f"{_download(source)}. A large weight overflows in float16: model.dtype=bfloat16"
        )


@contextmanager
def explain_damaged(label: str, source: str) -> Iterator[None]:
    """Convert the error of a cut or changed file of weights.

    Raises:
        ModelError: in the place of the library's error.
    """
    from pickle import UnpicklingError

    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, UnpicklingError, EOFError) as error:
        raise ModelError(
            f"{label}: a file of weights in {source} is cut short or damaged ({error}). "
            f"{_download(source)}"
        ) from error


def _not_finite(model: Any) -> Iterator[str]:
    import torch

    for name, tensor in model.named_parameters():
        if _is_checked(tensor) and not torch.isfinite(_comparable(tensor)).all():
            yield name
    for name, tensor in model.named_buffers():
        if _is_checked(tensor) and torch.isnan(_comparable(tensor)).any():
            yield name


def _is_checked(tensor: Any) -> bool:
    return bool(tensor.is_floating_point() and not tensor.is_meta)


def _comparable(tensor: Any) -> Any:
    """Numbers of 8 bits in 16: torch compares no smaller ones."""
    return tensor.bfloat16() if tensor.element_size() == 1 else tensor


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _download(source: str) -> str:
    return f"Download it again (`hf download <org>/<name> --local-dir {source}`)"
