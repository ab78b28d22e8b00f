from clue.tracking import run_note

MEANS = {"n": 9.0, "n_clusters": 3.0, "rouge1": 41.234, "score": 40.0}
INTERVAL = {"score_low": 35.0, "score_high": 45.0}


def test_a_jobs_note_has_scores_with_their_interval_levels_and_the_command() -> None:
    cells = {"meqsum": MEANS | INTERVAL, "mednli": {"n": 2.0, "n_clusters": 1.0}}
    said = run_note.of_job("python run.py task=all", cells, {"level1": 39.5})
    assert "| meqsum | 40.00 [35.00 to 45.00] | 9 |" in said
    assert "| mednli | - | 2 |" in said
    assert "| level1 | 39.50 |  |" in said
    assert said.endswith("```\npython run.py task=all\n```")


def test_a_note_begins_with_the_marks_of_its_results() -> None:
    note = run_note.with_marks(["fake answers", "partial: limit 5"], "| score |")
    assert note == "**fake answers; partial: limit 5**\n\n| score |"
    assert run_note.with_marks([], "| score |") == "| score |"


def test_a_cells_note_has_the_metrics_of_its_score() -> None:
    said = run_note.of_cell("cmd", ["rouge1", "umls_f1"], MEANS)
    assert "| score | 40.00 |" in said
    assert "| rouge1 | 41.23 |" in said
    assert "umls_f1" not in said
    assert "9 samples, 3 clusters" in said
