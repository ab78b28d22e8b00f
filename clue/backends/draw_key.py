"""Random numbers of a sampled answer depend on its prompt: their key, and the seed of a request."""

from clue.config.generation_schema import GenerationConf
from clue.records import Prompt, sha256


def draw_key(generation: GenerationConf, label: str, prompt: Prompt, part: str = "") -> int:
    """Returns 64 bits of a digest of the setting's seed, the prompt and the draw.

    Neither the batch nor the order of requests decides an answer. Models share the key, so that two
    of them with one vocabulary draw with the same numbers.

    Args:
        generation: with the seed of the setting; `coupled=false` adds the name of the model.
        label: name of the model.
        prompt: with the index of the draw.
        part: name of a second request for the same draw. With the numbers of the first one the
            answer would depend on the thought before it in a way that no model has.
    """
    numbers = [generation.seed, prompt.sha256, prompt.draw]
    names = [*([] if generation.coupled else [label]), *([part] if part else [])]
    return int(sha256([*numbers, *names])[:16], 16)


def request_seed(generation: GenerationConf, label: str, prompt: Prompt, part: str = "") -> int:
    """Returns the seed of a request to an engine with random numbers of its own, 63 bits.

    Arguments as of `draw_key`.
    """
    return draw_key(generation, label, prompt, part) >> 1
