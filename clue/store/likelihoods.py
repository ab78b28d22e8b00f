"""Log-probabilities of the options of a cell's prompts, next to its completions.

    <mlruns>/cells/<task>/<model>/<fingerprint>/likelihoods.jsonl

A line belongs to a prompt and to the digest of the texts that were scored and of the rules by which
they were (`signature`): under another signature they are computed anew. No line has a text of the
data: an option is named by its letter or label.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from clue.errors import StoreError
from clue.records import Prompt, SampleKey, TokenLogProbs
from clue.store.shards import Shard, ShardedLines

STEM = "likelihoods"

Likelihoods = Mapping[str, TokenLogProbs]
"""Option, as a reference names it, to its log-probability."""
LineKey = tuple[SampleKey, str, str]
"""Key and digest of a prompt, and signature."""


class LikelihoodStore:
    """The log-probabilities of one fingerprint; write under the lock of its `CellStore`."""

    def __init__(self, folder: Path, shard: Shard | None = None) -> None:
        self.lines = ShardedLines(folder, STEM, shard, verb="computes")

    def likelihoods(self, *, repair: bool = False) -> dict[LineKey, Likelihoods]:
        """Returns what is stored.

        Args:
            repair: remove an incomplete last line; only under the lock.

        Raises:
            StoreError: the file cannot be read or is damaged.
        """
        return dict(map(_decoded, self.lines.entries(repair=repair)))

    def append(self, prompt: Prompt, signature: str, likelihoods: Likelihoods) -> None:
        """Store the options of one prompt.

        Raises:
            StoreError: a value is no log-probability, or the file cannot be written.
        """
        for scored in likelihoods.values():
            if not scored.logprobs or not all(map(_is_logprob, scored.logprobs)):
                raise StoreError(
                    f"the options of {prompt.name} are not stored: a value is no log-probability. "
                    "Leave scoring.choice=false, or use another backend"
                )
        options = {name: scored._asdict() for name, scored in likelihoods.items()}
        entry = {**prompt.key._asdict(), "prompt_sha256": prompt.sha256, "signature": signature}
        self.lines.append({**entry, "options": options})


def _is_logprob(value: float) -> bool:
    return math.isfinite(value) and value <= 0


def _decoded(entry: dict[str, object]) -> tuple[LineKey, Likelihoods]:
    key = SampleKey(*(entry[name] for name in SampleKey._fields))  # type: ignore[arg-type]
    options = entry["options"]
    assert isinstance(options, dict)
    likelihoods = {
        name: TokenLogProbs(tuple(scored["ids"]), tuple(scored["logprobs"]))
        for name, scored in options.items()
    }
    return (key, str(entry["prompt_sha256"]), str(entry["signature"])), likelihoods
