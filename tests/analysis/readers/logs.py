"""Logs that lm-evaluation-harness and inspect_ai wrote; `fixtures/README.md` says how."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
MODELS = ("base", "tuned")


def harness(model: str, task: str = "rooms_gen") -> Path:
    (path,) = FIXTURES.glob(f"guesser__{model}/samples_{task}_*.jsonl")
    return path


def inspect(model: str, ending: str = "json") -> Path:
    return FIXTURES / f"inspect_{model}.{ending}"
