import hashlib
from dataclasses import replace

from clue.backends.draw_key import request_seed
from clue.config.generation_schema import GenerationConf
from clue.records import Message, Prompt

PROMPT = Prompt("1", (Message("user", "pain in my knee"),), 3)
COUPLED, OWN = GenerationConf(temperature=0.7), GenerationConf(temperature=0.7, coupled=False)


def test_a_seed_is_the_first_63_bits_of_a_digest() -> None:
    text = f'[0,"{PROMPT.sha256}",2]'
    digest = hashlib.sha256(text.encode()).digest()
    expected = int.from_bytes(digest[:8], "big") >> 1
    assert request_seed(COUPLED, "m", replace(PROMPT, draw=2)) == expected


def test_seeds_are_those_of_stored_answers() -> None:
    seeds = [
        request_seed(COUPLED, "m", PROMPT),
        request_seed(COUPLED, "m", replace(PROMPT, draw=1)),
        request_seed(OWN, "m", PROMPT),
        request_seed(COUPLED, "m", PROMPT, "answer"),
        request_seed(replace(COUPLED, seed=1), "m", PROMPT),
    ]
    assert seeds == [
        9117474291821990511,
        5384140880339781740,
        550687531929190159,
        2229128103344106314,
        7998061337156499263,
    ]


def test_models_share_seeds_only_if_they_are_coupled() -> None:
    assert request_seed(COUPLED, "base", PROMPT) == request_seed(COUPLED, "tuned", PROMPT)
    assert request_seed(OWN, "base", PROMPT) != request_seed(OWN, "tuned", PROMPT)
