"""Table of the models: a block per family, and a legend of its columns."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from clue.cli.models.overview import ModelOverview, fitting_tasks
from clue.common import console
from clue.common.plural import counted

NAMES = ("model", "base", "trained from")
NUMBERS = ("billions", "context")
NONE = "-"
INDENT = "  "
LEGEND = (
    "Each block is a family of models. Run one: python run.py model=NAME",
    "model         domain-adapted models are indented below the general models of the family",
    f"base          general model that it is compared with; {NONE} = none is declared",
    f"trained from  model whose training was continued; {NONE} = none is known",
    f"billions      parameters, in billions; {NONE} = not in the model file",
    f"context       tokens of prompt and answer together; {NONE} = no limit in the model file",
    "fits          tasks and lists of tasks whose prompts fit the context, by an estimate;",
    "              python -m clue tasks: what they are and the tokens that they need",
    "weights       package, folder, cache: on this machine (Python package, models/, Hugging Face",
    "              cache); on the hub: downloaded by the first run; gated: accept the licence on",
    "              the model's page and log in with `hf auth login` before the first run",
    "One model in full, with licence and page: python -m clue models NAME",
)
"""Explains every column and word of the table."""


def print_table(overviews: Sequence[ModelOverview]) -> None:
    """Print the models and the legend.

    Args:
        overviews: families together, general models first.
    """
    table = console.table(NAMES, NUMBERS)
    for name in ("fits", "weights"):
        table.add_column(name)
    for family, members in groupby(overviews, key=lambda row: row.family):
        if table.rows:
            table.add_row()
        rows = list(members)
        table.add_row(f"family {family}: {counted(len(rows), 'model')}")
        for row in rows:
            table.add_row(*_cells(row))
    console.show(table, "", *_totals(overviews), *LEGEND)


def _totals(overviews: Sequence[ModelOverview]) -> Iterator[str]:
    pairs = sum(row.base is not None for row in overviews)
    local = sum(row.weights is not None for row in overviews)
    yield (
        f"{counted(len(overviews), 'model')}, {counted(pairs, 'pair')} with a base; "
        f"weights of {local} on this machine"
    )


def _cells(row: ModelOverview) -> list[str]:
    model = row.model
    indent = INDENT if model.domain == "general" else 2 * INDENT
    return [
        f"{indent}{model.label}",
        row.base or NONE,
        model.ancestor or row.base or NONE,
        NONE if model.parameters is None else f"{model.parameters:g}",
        NONE if model.context is None else f"{model.context:,}",
        fitting_tasks(row),
        row.weights or ("gated" if model.gated else "on the hub"),
    ]
