"""MLflow's server whose UI begins with runs: `mlflow ui --app-name clue`.

Newer versions of MLflow ignore the kind of an experiment. Each browser has a preference instead,
and without one every experiment opens with the traces of a chat application, of which this project
has none. The page sets the preference where the browser has none; a choice of the user is kept.
"""

import json
from pathlib import Path

from mlflow.server import app as flask_app
from mlflow.server.fastapi_app import app

PREFERENCES = {
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
}
"""Keys of the browser's storage. The second one says that the panel of MLflow's assistant was
already opened by itself, which would cover half of the page."""
SCRIPT = (
    f"<script>for (const [key, value] of Object.entries({json.dumps(PREFERENCES)}))"
    " if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value));"
    "</script>"
)

PAGE = Path(str(flask_app.static_folder)) / "index.html"

__all__ = ["app", "start_page"]


def start_page() -> tuple[str, dict[str, str]]:
    """Returns MLflow's page, whose first script sets the preferences, and headers of the answer."""
    text = PAGE.read_text(encoding="utf-8").replace("<head>", f"<head>{SCRIPT}", 1)
    return text, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}


if PAGE.is_file():  # else MLflow's own answer says what is missing
    flask_app.view_functions["serve"] = start_page
