"""The figure of `python -m analysis compare --plot`."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from analysis import compare, compare_tasks
from analysis.cli.compare import main
from analysis.number_format import p_cell
from analysis.pairing.file_comparison import FileComparison
from analysis.report.figures.file_comparisons import draw
from analysis.report.figures.theme import LIGHT

BASE, TUNED = "10" * 20, "11" * 15 + "10" * 5


def write(folder: Path, tasks: dict[str, str]) -> list[Path]:
    folder.mkdir()
    for task, scores in tasks.items():
        rows = [f"{number},{score}" for number, score in enumerate(scores)]
        (folder / f"{task}.csv").write_text("\n".join(["sample_id,score", *rows]))
    return sorted(folder.iterdir())


@pytest.fixture
def sides(tmp_path: Path) -> list[list[Path]]:
    return [
        write(tmp_path / "base", {"hips": BASE, "knees": BASE}),
        write(tmp_path / "tuned", {"hips": TUNED, "knees": BASE}),
    ]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def intervals(figure: Figure) -> list[tuple[float, float]]:
    lines = [list(map(float, line.get_xdata())) for line in figure.axes[0].lines]  # type: ignore[arg-type]
    return [(xs[0], xs[1]) for xs in lines if len(xs) == 2 and xs[0] != xs[1]]


def points(figure: Figure) -> list[float]:
    lines = [list(map(float, line.get_xdata())) for line in figure.axes[0].lines]  # type: ignore[arg-type]
    return [xs[0] for xs in lines if len(xs) == 1]


def test_a_row_shows_the_difference_and_the_interval_of_the_verdict(
    sides: list[list[Path]],
) -> None:
    one = compare(sides[0][0], sides[1][0], margin=0.1)
    figure = draw({"hips": one}, LIGHT)
    assert one.comparison.interval is not None
    assert intervals(figure) == [pytest.approx(tuple(one.comparison.interval))]
    assert points(figure) == [one.comparison.delta]
    assert "hips" in texts(figure)
    assert "▲" in texts(figure)


def test_tasks_have_a_row_each_and_adjusted_p_values(tmp_path: Path) -> None:
    base = write(tmp_path / "base", {"hips": BASE, "knees": BASE})
    tuned = write(tmp_path / "tuned", {"hips": "11" * 5 + "10" * 15, "knees": BASE})
    results = compare_tasks(base, tuned).by_task
    figure = draw(results, LIGHT)
    adjusted, raw = results["hips"].adjusted, results["hips"].comparison.p
    assert adjusted is not None
    assert p_cell(adjusted.difference) in texts(figure)
    assert p_cell(adjusted.difference) != p_cell(raw)
    assert points(figure) == [one.comparison.delta for one in results.values()]
    assert len(intervals(figure)) == 1  # the second task is the same in both files: not tested
    assert "0.000 [untested]" in texts(figure)
    assert "p (Holm)" in texts(figure)


def test_made_up_scores_are_stamped(sides: list[list[Path]]) -> None:
    one: FileComparison = compare(sides[0][0], sides[1][0])
    marked = replace(one, labels=replace(one.labels, marks=("fake answers",)))
    stamp = [text.get_text() for text in draw({"hips": marked}, LIGHT).texts]
    assert stamp == ["fake answers"]
    assert draw({"hips": one}, LIGHT).texts == []


@pytest.mark.parametrize(("ending", "begin"), [("svg", b"<svg"), ("PNG", b"\x89PNG")])
def test_the_command_writes_the_file(
    tmp_path: Path, sides: list[list[Path]], ending: str, begin: bytes
) -> None:
    arguments = ["--base", *map(str, sides[0]), "--tuned", *map(str, sides[1])]
    contents = []
    for _ in range(2):
        path = tmp_path / f"figure.{ending}"
        assert main([*arguments, "--plot", str(path)]) == 0
        contents.append(path.read_bytes())
    assert contents[0].startswith(begin)
    assert contents[0] == contents[1]
    if ending == "svg":
        assert re.search(r"knees", contents[0].decode())


def test_other_endings_are_refused_before_files_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["none.csv", "none.csv", "--plot", str(tmp_path / "figure.pdf")])
    assert "neither with .svg nor with .png" in capsys.readouterr().err
