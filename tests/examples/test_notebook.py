"""examples/notebook.ipynb runs from its first cell to its last; it has no outputs."""

import json
import webbrowser
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from clue.config.folders import ROOT

NOTEBOOK: dict[str, Any] = json.loads((ROOT / "examples" / "notebook.ipynb").read_text())
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def test_it_has_no_outputs() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert [(cell["outputs"], cell["execution_count"]) for cell in CODE] == [([], None)] * len(CODE)
    ids = [cell["id"] for cell in NOTEBOOK["cells"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.slow
def test_its_cells_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    with mpl.rc_context({"backend": "agg"}):
        for number, cell in enumerate(CODE, start=1):
            exec(compile("".join(cell["source"]), f"code cell {number}", "exec"), namespace)
        drawn = namespace["axes"].containers[0].lines[0].get_xdata()
        namespace["plt"].close("all")
    forest = namespace["forest"]
    assert list(drawn) == list(forest.delta)
    assert (forest.low < forest.delta).all()
    assert (forest.delta < forest.high).all()
    assert {row.status for row in namespace["outcomes"]} == {"done"}
    (address,) = opened
    page = Path(address.removeprefix("file://"))
    assert page.name.startswith("meditron7b-llama2_7b-mednli")
    assert page.read_text().startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [tmp_path / "notebook_store"]
