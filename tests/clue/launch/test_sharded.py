"""Command lines of a sharded sweep, and the reasons of its failed cells."""

import pytest

from clue.errors import ConfigError
from clue.evaluation.outcome import NO_TASK, Outcome
from clue.launch import sharded


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["model=a"], 1),
        (["model=a", "shards=3"], 3),
        (["model=a", "++shards=3"], 3),
        (
            ["model=a", "shards=3", "shard=2", "generate_only=true"],
            1,
        ),  # another scheduler starts it
        (["model=a", "shards=3", "dry_run=true"], 1),
        (["model=a", "shards=3", "dry_run=True"], 1),
        (["model=a", "shards=3", "dry_run=on"], 1),
        (["model=a", "shards=3", "dry_run=false"], 3),
        (["model=a", "shards=3", "dry_run=${oc.env:CLUE_NEVER_SET,true}"], 1),
        (["model=a", "shards=3", "--cfg", "job"], 1),
    ],
)
def test_shards_are_started_unless_another_scheduler_does(arguments: list[str], count: int) -> None:
    assert sharded.shard_count(arguments) == count


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "1,2", ""])
def test_a_number_of_shards_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=rf"shards={value} is no whole number from 1"):
        sharded.shard_count([f"shards={value}"])


@pytest.mark.parametrize(
    ("listed", "ordered"),
    [
        ("smollm2_135m,llama2_70b,llama2_7b", "llama2_70b,llama2_7b,smollm2_135m"),
        ("smollm2_135m,mine", "smollm2_135m,mine"),  # no file: its size is unknown
        ("glob(llama*)", "glob(llama*)"),
    ],
)
def test_large_models_start_first(listed: str, ordered: str) -> None:
    words = sharded.generating([f"model={listed}", "shards=2"])
    assert words[1] == f"model={ordered}"


def test_scores_wait_for_no_gpu_and_stay_with_the_account() -> None:
    words = [
        *("-m", "model=a,b", "shards=4", "hydra/launcher=slurm_8gpu"),
        *("hydra.launcher.partition=long", "hydra.launcher.gpus_per_node=8", "limit=5"),
    ]
    assert sharded.scoring(words, "transformers") == [
        *("-m", "model=a,b", "limit=5", "backend=replay", "backend.replayed=transformers"),
        *("hydra/launcher=slurm_cpu", "hydra.launcher.array_parallelism=1"),
        "hydra.launcher.partition=long",
    ]


def test_a_cell_that_lacks_answers_fails_for_the_reason_of_its_shard() -> None:
    def row(model: str, status: str, note: str, task: str = "meqsum") -> Outcome:
        return Outcome(model, task, "paper", status, note=note)  # type: ignore[arg-type]

    parts = [
        row("a", "generated", ""),
        row("a", "failed", "out of memory"),
        row("b", "failed", "x"),
        row("c", "failed", "was killed", NO_TASK),  # before it listed its cells
    ]
    scored = [row(name, "failed", "lacks 3 of 9 completions") for name in "acd"]
    scored.insert(1, row("b", "done", ""))
    notes = [one.note for one in sharded.with_reasons(scored, parts)]
    # another shard may have answered b's in the meantime
    assert notes == ["out of memory", "", "was killed", "lacks 3 of 9 completions"]


def test_a_cell_that_is_too_long_for_its_model_is_no_failure() -> None:
    part = Outcome("a", "longhealth1", "paper", "too long", note="20 of 20 prompts")
    scored = Outcome("a", "longhealth1", "paper", "failed", note="nothing is stored")
    assert sharded.with_reasons([scored], [part, part]) == [part]


@pytest.mark.parametrize("value", ["true", "True", "1", "yes"])
def test_force_is_refused_before_a_job_starts(value: str) -> None:
    for more in ([], ["dry_run=true"]):
        with pytest.raises(ConfigError, match="remove the cells first"):
            sharded.shard_count(["model=a", f"force={value}", "shards=2", *more])
    assert sharded.shard_count(["model=a", f"force={value}", "shards=1"]) == 1


def test_what_failed_is_said_before_the_scores(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answers may be there all the same: of the command before."""
    part = Outcome("a", "mednli", "paper", "failed", note="no GPU is free")
    sweeps = iter([[part, part], [Outcome("a", "mednli", "paper", "done")]])
    monkeypatch.setattr(sharded, "_start", lambda *_: None)
    (row,) = sharded.launch(["model=a", "shards=2"], lambda: next(sweeps))
    assert row.status == "done"
    said, parts = capsys.readouterr().out.splitlines()
    assert "no GPU is free" in said
    assert parts == "2 parts of cells, 2 failed; now the scores of what is complete"


def test_a_stopped_command_gives_no_advice_to_score_by_hand() -> None:
    note = "shard 1 of 2; not scored yet: run the same command with backend=replay"
    parts = [Outcome("a", "mednli", "paper", "generated", note=note)]
    parts.append(Outcome("a", "meqsum", "paper", "failed", note="stopped"))
    notes = [row.note for row in sharded.stopped(["shards=2"], parts)]
    assert notes == ["not scored: the command was stopped before that", "stopped"]
    for others in (["shards=2", "generate_only=true"], ["model=a"]):
        assert sharded.stopped(others, parts) == parts
    assert sharded.stopped(["shards=none"], []) == []


def test_shards_take_one_backend() -> None:
    with pytest.raises(ConfigError, match=r"backend=fake,vllm: a command with shards takes one b"):
        sharded.launch(["model=a", "backend=fake,vllm", "shards=2"], list)
