import re
from pathlib import Path

from tests.clue.backends.openai.server import Habits, Server, Trouble
from tests.conftest import Cli

NAME = "epfl-llm/meditron-7b"


def test_a_run_keeps_what_was_answered_and_the_same_command_asks_for_the_rest(
    cli: Cli, models: Path, mlruns: Path
) -> None:
    with Server(models / NAME, Habits(models=(NAME,))).running() as server:
        command = ["model=meditron7b", "task=meqsum", "prompt=zero_shot", "backend=openai"]
        command += [f"backend.url={server.url}", "tasks.meqsum.max_new_tokens=4"]
        server.troubles = {"number 5 hurts": [Trouble(400, text="my knee number 5 hurts")]}
        failed = cli(*command)
        assert failed.returncode == 1
        assert re.search(r"prompt [0-9a-f]{12}: HTTP 400", failed.stdout)
        assert "5.txt" not in failed.stdout
        assert "number 5 hurts" not in failed.stdout + failed.stderr
        (path,) = mlruns.glob("cells/meqsum/meditron7b/*/completions.jsonl")
        assert len(path.read_text().splitlines()) == 11
        server.requests.clear()
        again = cli(*command)
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(path.read_text().splitlines()) == 12
    asked = [body["prompt"] for body in server.requests if body["max_tokens"] == 4]
    assert len(asked) == 1
    assert "number 5 hurts" in server.checkpoint.chat.tokenizer.decode(asked[0])
