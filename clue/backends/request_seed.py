"""Seeds of sampled answers, for engines that draw random numbers of their own."""

from clue.config.generation_schema import GenerationConf
from clue.records import Prompt, sha256


def request_seed(generation: GenerationConf, label: str, prompt: Prompt, part: str = "") -> int:
    """Returns the seed of a request: the first 63 bits of a SHA-256 digest.

    The digest is that of the setting's seed, the prompt and the draw, so that neither the batch nor
    the order of requests decides an answer.

    Args:
        generation: with the seed of the setting; `coupled` gives all models the same numbers.
        label: name of the model.
        prompt: with the index of the draw.
        part: name of a second request for the same draw. With the numbers of the first one the
            answer would depend on the thought before it in a way that no model has.
    """
    numbers = [generation.seed, prompt.sha256, prompt.draw]
    names = [*([] if generation.coupled else [label]), *([part] if part else [])]
    return int(sha256([*numbers, *names])[:16], 16) >> 1
