"""Tags of the experiment that make MLflow's UI show its views and its description.

`mlflow.sharedViewState.<name>` is the format of *Save view*: a name for the menu, and the state of
the runs page, compressed.
"""

import base64
import json
import zlib
from typing import Any

from clue.common.markdown_table import markdown_table
from clue.tracking import ui_charts
from clue.tracking.tags import SUPERSEDED
from clue.tracking.ui_links import view_link
from clue.tracking.ui_views import VIEWS, UiView

PREFIX = "mlflow.sharedViewState."
KIND = {"mlflow.experimentKind": "custom_model_development"}
"""Makes MLflow open the experiment with its runs; newer versions ask a preference of the browser,
see `clue.tracking.ui_app`."""
FIRST_COLUMNS = {"attributes.`Run Name`": 130, "runDateAndNestInfo": 60}
"""Columns that no view leaves out, with their width: the name, whose parts other columns have, and
status and time."""
READING = (
    "The menu *Views* above the runs has the same views; the button beside the table draws their "
    "runs as charts. A **job** is a model under a prompt setting, a **cell** below it one task. "
    "An **analysis** has `report.html` among its artifacts, and a **pair** below it is the "
    "difference between a biomedical model and its base on a task or level.",
    "Scores and differences are in points (0 to 100), `low` and `high` the limits of a 95 % "
    "interval. Read a change from `clue.verdict`, which is corrected for all comparisons: an "
    "interval that excludes 0 beside a large `p_holm` is no change, and *inconclusive* does not "
    "mean equal. `clue.marks` names made-up answers, fictional data, limits and trials: such "
    "numbers support no claim. A run with `clue.superseded_by` was repeated; only the view "
    "*history* shows it.",
)
"""How to read the runs, in Markdown; what follows the first paragraph is folded until a click."""
DEFLATE = "deflate;"
"""Begins a compressed state."""


def view_tags() -> dict[str, str]:
    """Returns the tags of an experiment with the views of this project."""
    return KIND | {f"{PREFIX}{name}": _envelope(name, view) for name, view in VIEWS.items()}


def state(view: UiView) -> dict[str, Any]:
    """Returns the state of MLflow's page of runs."""
    columns = FIRST_COLUMNS | {_column(name): width for name, width in view.columns}
    current = "" if view.with_superseded else f" AND tags.`{SUPERSEDED}` IS NULL"
    return {
        "searchFilter": f"tags.`clue.kind` = '{view.kind}'{current}",
        "orderByKey": _column(view.order),
        "orderByAsc": view.ascending,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [name for name in columns if name not in FIRST_COLUMNS],
        "columnOrder": list(columns),
        "columnWidths": columns,
        "runsHiddenMode": "SHOW_ALL",
        "groupBy": None,
        **ui_charts.state(view.sections),
    }


def decoded(tag: str) -> dict[str, Any]:
    """Returns the state in the tag of a view."""
    packed = json.loads(tag)["state"].removeprefix(DEFLATE)
    content: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return content


def description(experiment_id: str) -> str:
    """Returns the text at the top of the experiment, in Markdown."""
    links = {name: f"[{name}]({view_link(experiment_id, name)})" for name in VIEWS}
    links["charts"] = f"[charts]({view_link(experiment_id, 'pairs', charts=True)})"
    rows = [[links[name], view.about] for name, view in VIEWS.items()]
    return "\n\n".join(
        [
            f"Biomedical language models and their base models. Views: {', '.join(links.values())}",
            markdown_table(["view", "content"], rows),
            *READING,
        ]
    )


def _envelope(name: str, view: UiView) -> str:
    """Returns the value of a view's tag; the same view gives the same text, hence no times."""
    packed = base64.b64encode(zlib.compress(json.dumps(state(view)).encode(), 9)).decode()
    number = list(VIEWS).index(name)
    # the menu shows the newest view first; the first one here is to be on top
    created = len(VIEWS) - number
    title = f"{name}: {view.about}"
    return json.dumps({"name": title, "createdAt": created, "state": f"{DEFLATE}{packed}"})


def _column(name: str) -> str:
    kind, _, key = name.partition(".")
    return f"{kind}.`{key}`"
