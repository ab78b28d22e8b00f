"""Models without a file in `conf/model`, as the cells of a store describe them."""

from collections.abc import Iterable

from clue.config import model_files
from clue.config.schema import ModelConf
from clue.store.stored_tables import StoredTable

IDENTITY = ("repo", "revision", "adapter", "gguf_file", "dtype", "quantization", "chat_template")
FACTS = ("base", "ancestor", "family", "domain", "parameters")


def stored_models(tables: Iterable[StoredTable]) -> dict[str, ModelConf]:
    """Returns the models of a store that have no file, by label.

    Of cells that describe a model differently the first counts, by fingerprint; the others do not
    fit it, and the study says in which setting they differ.
    """
    files = set(model_files.names())
    models: dict[str, ModelConf] = {}
    for table in sorted(tables, key=lambda table: str(table.facts["fingerprint"])):
        label = str(table.facts["model"])
        if label not in files and label not in models:
            models[label] = _model(label, table)
    return models


def _model(label: str, table: StoredTable) -> ModelConf:
    identity = table.facts["generation"]["model"]
    facts = {name: table.facts[name] for name in FACTS if table.facts.get(name) is not None}
    recorded = {name: identity[name] for name in IDENTITY if identity.get(name) is not None}
    adaptation = list(table.facts.get("adaptation") or [])
    return ModelConf(name=label, adaptation=adaptation, **recorded, **facts)
