"""Record of a training: numbers as JSON, the loss curve as a figure."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def compared(
    before: Sequence[tuple[float, int]], after: Sequence[tuple[float, int]]
) -> dict[str, Any]:
    """Loss of the same texts before and after training.

    Args:
        before: summed negative log-likelihood in nats and number of tokens, of each text.
        after: the same of the adapted model.
    """
    pairs = list(zip(before, after, strict=True))
    tokens = sum(length for _, length in before)
    losses = [sum(loss for loss, _ in texts) / tokens for texts in (before, after)]
    return {
        "terms": len(pairs),
        "tokens": tokens,
        "loss_before": losses[0],
        "loss_after": losses[1],
        "perplexity_before": math.exp(losses[0]),
        "perplexity_after": math.exp(losses[1]),
        "terms_with_less_loss": sum(new < old for (old, _), (new, _) in pairs),
    }


def write(record: dict[str, Any], out: Path) -> None:
    """Write `training.json` and `training.svg`."""
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    held_out = record["held_out"]
    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    steps, losses = zip(*record["training_loss"], strict=True)
    axes.plot(steps, losses, color="0.4", label="training, mean of ten steps")
    before_after = [held_out["loss_before"], held_out["loss_after"]]
    label = f"held out, {held_out['terms']} terms"
    axes.plot([0, steps[-1]], before_after, "o", color="C0", label=label)
    axes.set(xlabel="step", ylabel="loss (nats per token)")
    axes.legend()
    with mpl.rc_context({"svg.hashsalt": "clue"}):  # the same numbers give the same file
        figure.savefig(out / "training.svg", metadata={"Date": None})
