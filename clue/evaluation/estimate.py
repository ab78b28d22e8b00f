"""Estimate of the seconds that a cell still needs, from tokens and not from samples.

Two things are unknown: the length of the answers to come, and the seconds of a token. A token of a
prompt and a new one are timed apart where the backend reports both. Lengths are those of stored
cells of the task, and of the answers of this one so far. Without either there is no estimate: the
limit of an answer can be twenty times its length.
"""

from dataclasses import dataclass

NEW_TOKEN_COST = 4.0
"""Cost of a new token in tokens of a prompt, for backends that report completions alone."""
LEAST_SHARE = 0.03
"""Share of the work that must be done before there is an estimate."""
LEAST_ENDED = 3
"""Answers that must have ended, if nothing comparable is stored."""
PRIOR_ANSWERS = 8.0
"""Weight of the mean length of stored answers, in answers."""
LEAST_RESIDUAL = 1 / 3
"""Least expected rest of an unfinished answer, as a share of the mean length."""
RUNAWAY = 2.0
"""An answer that is so many times as long as the mean is expected to use up its limit: it loops."""


@dataclass(frozen=True)
class Work:
    """The tokens that a cell generates, and those that are done."""

    samples: int
    """Completions to generate; those that were stored before are left out."""
    prompt_tokens: float
    """Of all their prompts."""
    limit: float
    """Most tokens of an answer with its thought: mean over prompts."""
    stored_length: float | None = None
    """Mean tokens of an answer in comparable stored cells."""
    ended: int = 0
    """Answers that are complete."""
    rows: int = 0
    """Prompts that were read, those of complete answers included."""
    read: float = 0.0
    """Tokens of these prompts."""
    new: float = 0.0
    """New tokens so far."""
    seconds: float = 0.0
    """Time of generation, without that of loading."""
    read_seconds: float = 0.0
    """Part of it in which prompts were read; 0 = the backend does not tell."""
    new_seconds: float = 0.0
    position: int = 0
    """Decoding steps of the batch that runs: tokens of each of its unfinished answers."""
    step_seconds: float = 0.0
    """Time of one of its steps."""
    earlier_costs: tuple[float, float] | None = None
    """`costs` of an earlier cell of the same model, until this one has its own."""

    @property
    def length(self) -> float | None:
        """Expected tokens of an answer; None = not enough evidence."""
        if self.stored_length:
            # unfinished answers are taken for usual ones until they are longer
            usual = max(self.stored_length, (1 + LEAST_RESIDUAL) * self.position)
            ended_tokens = max(self.new - self.running * self.position, 0.0)
            total = ended_tokens + self.running * usual + PRIOR_ANSWERS * self.stored_length
            return min(self.limit, total / (self.ended + self.running + PRIOR_ANSWERS))
        if self.ended < min(LEAST_ENDED, self.samples):
            return None
        # unfinished answers count with their tokens, not as answers: the mean of lengths that are
        # cut off by the present (the estimate of maximum likelihood for exponential lengths)
        return min(self.limit, max(1.0, self.new / max(self.ended, 1)))

    @property
    def running(self) -> int:
        """Answers of the batch that runs which have not ended."""
        return max(self.rows - self.ended, 0)

    @property
    def unread(self) -> int:
        """Prompts of later batches."""
        return max(self.samples - max(self.rows, self.ended), 0)

    def rest(self, length: float) -> float:
        """Expected tokens that an unfinished answer still gets, if a complete one has `length`."""
        most = max(self.limit - self.position, 1.0)
        if self.position > RUNAWAY * length:
            return most
        return min(max(length - self.position, LEAST_RESIDUAL * length), most)

    @property
    def expected_new(self) -> float | None:
        """Expected new tokens of the complete cell."""
        length = self.length
        if length is None:
            return None
        return self.new + self.running * self.rest(length) + self.unread * length

    def seconds_left(self) -> float | None:
        """Returns the expected seconds until the last completion; None = no estimate yet."""
        if self.ended >= self.samples:
            return 0.0
        return None if self.length is None else self._seconds_left(self.length, LEAST_SHARE)

    def most_seconds_left(self) -> float | None:
        """Returns the seconds if every answer uses up its limit; None = nothing was timed."""
        return self._seconds_left(self.limit, 0.0)

    def costs(self) -> tuple[float, float] | None:
        """Returns the seconds of a token of a prompt and of a new token; None = unknown."""
        if not self.read or not self.new or self.seconds <= 0:
            own = self.read_seconds / self.read if self.read else 0.0
            return self.earlier_costs and (own or self.earlier_costs[0], self.earlier_costs[1])
        if self.read_seconds and self.new_seconds:
            scale = max(self.seconds / (self.read_seconds + self.new_seconds), 1.0)
            return scale * self.read_seconds / self.read, scale * self.new_seconds / self.new
        unit = self.seconds / (self.read + NEW_TOKEN_COST * self.new)
        return unit, NEW_TOKEN_COST * unit

    def _seconds_left(self, length: float, least_share: float) -> float | None:
        costs = self.costs()
        if costs is None:
            return None
        of_read, of_new = costs
        left = of_read * max(self.prompt_tokens - self.read, 0.0)
        # the batch that runs takes steps, whose time depends little on the number of its answers
        left += self.rest(length) * (self.step_seconds or of_new) if self.running else 0.0
        left += of_new * self.unread * length
        return left if self.seconds >= least_share * (self.seconds + left) else None
