"""`study=<name>` as the jobs that the store lacks."""

from pathlib import Path

import pytest

from clue.errors import ConfigError
from clue.launch.study_jobs import names_study, study_jobs


def test_a_study_becomes_its_models_tasks_and_settings(tmp_path: Path) -> None:
    jobs = study_jobs(["study=demo", "-m", "backend=fake", f"paths.mlruns={tmp_path}"])
    assert jobs.summary == "study demo: 16 of 16 declared cells to evaluate"
    flag, model, task, prompt, *settings = jobs.arguments
    assert (flag, prompt) == ("--multirun", "prompt=paper")
    assert set(model.removeprefix("model=").split(",")) == {"smollm2_135m", "smollm2_135m_hpo"}
    assert task.startswith("task=[longhealth1,")
    assert {"paths.data=demo", "tasks.meqsum.max_new_tokens=48", "scoring=embedded"} <= {*settings}
    assert {"study=demo", "backend=fake"} <= {*settings}


@pytest.mark.parametrize("value", ["true", "True", "yes"])
def test_force_evaluates_what_is_stored_however_it_is_spelt(
    tmp_path: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "clue.study.membership.membership"
    monkeypatch.setattr(asked, lambda *_: pytest.fail("stored cells were left out"))
    jobs = study_jobs(["study=demo", f"force={value}", f"paths.mlruns={tmp_path}"])
    assert jobs.summary == "study demo: 16 of 16 declared cells to evaluate"


def test_a_part_of_a_study_has_its_settings_only(tmp_path: Path) -> None:
    words = ["study=demo", "model=smollm2_135m", "task=meqsum", f"paths.mlruns={tmp_path}"]
    jobs = study_jobs([*words, "tasks.meqsum.max_new_tokens=7"])
    assert jobs.arguments[:3] == ["model=smollm2_135m", "task=[meqsum]", "prompt=paper"]
    assert "tasks.meqsum.max_new_tokens=7" in jobs.arguments
    assert not any("longhealth" in word or "=48" in word for word in jobs.arguments)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("model=aloe8b", r"not declared by the study 'demo'.*Without study=demo any model runs"),
        ("task=mednly", r"did you mean mednli"),
        ("prompt=zero_shot", r"there is no 'zero_shot'"),
        ("force=true,false", r"force=true,false: a study takes one force; run a command for each"),
    ],
)
def test_what_a_study_does_not_declare_is_refused(tmp_path: Path, word: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        study_jobs(["study=demo", word, f"paths.mlruns={tmp_path}"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["study=demo"], True),
        (["model=a", "study.alpha=0.1"], False),
        (["study=demo", "--help"], False),
        (["study=demo", "--cfg", "job"], False),
    ],
)
def test_only_a_chosen_study_is_expanded(words: list[str], expected: bool) -> None:
    assert names_study(words) is expected
