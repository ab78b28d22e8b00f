"""Tables of a dry run: a row per cell and a row per model, with totals."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from clue.common import console
from clue.common.amounts import duration, two_digits
from clue.common.plural import counted
from clue.evaluation.document_orders import OrderCost
from clue.evaluation.dry_run import Plan
from clue.evaluation.outcome import Outcome
from clue.launch.makespan import ShardPlan

if TYPE_CHECKING:
    from rich.table import Table


LEGEND = (
    "~ = estimated; hours of what is not stored, on the device below; ≥ = these tokens at the peak "
    "of the device, which no run reaches"
)
ORDERS_LEGEND = (
    "of all answers, also stored ones; the other order makes other prompts and other cells: "
    "tasks.<task>.order=per_patient. Its time is that of the chosen one by the tokens read or "
    "answered, if the backend reads a shared prefix once"
)


def plan_tables(outcomes: Sequence[Outcome]) -> "Iterator[Table]":
    """Yields the tables of cells, models and orders; `~` = estimated, `-` or `?` = unknown."""
    yield _cells(outcomes)
    yield _models(outcomes)
    yield _orders(outcomes)


def total(outcomes: Sequence[Outcome]) -> str:
    """Returns the sum of a dry run in a line, to be its last one."""
    plans = [Plan(**row.plan) for row in outcomes if row.plan]
    parts = [counted(len(plans), "cell"), f"{_tokens(plans)} prompt tokens"]
    parts += [f"{_bytes(_checkpoints(plans))} to download", *_hours_by_device(plans)]
    unknown = sum(plan.hours is None for plan in plans)
    if unknown:
        parts.append(f"{counted(unknown, 'cell')} without an estimate")
    return f"sum: {', '.join(parts)}"


def shard_plan(outcomes: Sequence[Outcome], at_once: int) -> str | None:
    """Returns the makespan of a dry run in a line; None if a cell has no estimate.

    Args:
        outcomes: of the dry run.
        at_once: jobs that run at the same time.
    """
    hours: dict[str, float] = {}
    plans = [(row, Plan(**row.plan)) for row in outcomes if row.plan]
    for row, plan in plans:
        if plan.hours is None:
            return None
        name = f"{row.model}/{row.prompt}"
        hours[name] = hours.get(name, 0.0) + plan.hours
    shards = max((plan.shards for _, plan in plans), default=1)
    ahead = ShardPlan(hours, shards, at_once)
    if not ahead.is_worth_a_line:
        return None
    least = "at least " if any(plan.is_bound for _, plan in plans) else ""
    return f"{least}{ahead.line()}"


def _hours_by_device(plans: Sequence[Plan]) -> Iterator[str]:
    devices = dict.fromkeys(plan.device for plan in plans if plan.hours)
    for device in devices:
        hours = _hours([plan for plan in plans if plan.device == device and plan.hours])
        yield f"{hours} h on {device}" if device else f"{hours} h at the speed given"


def _checkpoints(plans: Sequence[Plan]) -> list[Plan]:
    """One plan of each checkpoint, whose weights are downloaded once."""
    return list({(plan.repo, plan.download): plan for plan in plans}.values())


def _cells(outcomes: Sequence[Outcome]) -> "Table":
    table = console.table(
        ("model", "task", "prompt", "status"),
        ("samples", "stored", "prompt tokens", "longest", "context", "too long", "hours"),
        f"cells of the dry run ({LEGEND})",
    )
    for row in outcomes:
        numbers = _numbers(Plan(**row.plan)) if row.plan else ()
        table.add_row(row.model, row.task, row.prompt, row.status, *numbers)
    plans = [Plan(**row.plan) for row in outcomes if row.plan]
    table.add_section()
    table.add_row(
        *("all", counted(len(outcomes), "cell"), "", ""),
        *(f"{sum(plan.samples for plan in plans):,}", f"{sum(plan.stored for plan in plans):,}"),
        *(_tokens(plans), "", "", f"{sum(plan.overflow for plan in plans):,}", _hours(plans)),
    )
    return table


def _numbers(plan: Plan) -> tuple[str, ...]:
    about = "~" if plan.about else ""
    return (
        *(f"{plan.samples:,}", f"{plan.stored:,}", _tokens([plan]), f"{about}{plan.longest:,}"),
        f"{plan.context:,}" if plan.context else "no limit",
        f"{about}{plan.overflow:,}" if plan.overflow else "0",
        _hours([plan]),
    )


def _models(outcomes: Sequence[Outcome]) -> "Table":
    table = console.table(
        ("model",),
        ("billions", "to download", "cells", "prompt tokens", "tokens/s", "hours"),
        "models of the dry run (~ = estimated)",
    )
    table.add_column("tokens/s from")
    table.add_column("device")
    by_model: dict[str, list[Plan]] = {}
    for row in outcomes:
        if row.plan:
            by_model.setdefault(row.model, []).append(Plan(**row.plan))
    for model, plans in by_model.items():
        size = f"{plans[0].parameters:g}" if plans[0].parameters else "-"
        table.add_row(
            *(model, size, _bytes(plans[:1]), str(len(plans)), _tokens(plans), _rates(plans)),
            *(_hours(plans), ", ".join(sorted({plan.rate for plan in plans}))),
            ", ".join(sorted({plan.device for plan in plans if plan.device})),
        )
    every = [plan for plans in by_model.values() for plan in plans]
    table.add_section()
    table.add_row(
        *(f"all {len(by_model)}", "", _bytes(_checkpoints(every)), str(len(every))),
        *(_tokens(every), "", _hours(every), "", ""),
    )
    return table


def _orders(outcomes: Sequence[Outcome]) -> "Table":
    """Both orders of each cell that presents documents, the chosen one first; then their sums."""
    table = console.table(
        ("model", "task", "prompt", "order"),
        ("prompt tokens", "a prefix cache reads", "time"),
        f"orders of the documents ({ORDERS_LEGEND})",
    )
    table.add_column("notes")
    by_order: dict[str, list[OrderCost]] = {}
    rows = [(row, Plan(**row.plan)) for row in outcomes if row.plan]
    least = "≥ " if any(plan.is_bound for _, plan in rows if plan.orders) else ""
    for row, plan in rows:
        for index, cost in enumerate(OrderCost(*fields) for fields in plan.orders):
            by_order.setdefault(cost.order, []).append(cost)
            label = cost.order if index else f"{cost.order}, chosen"
            names = (row.model, row.task, row.prompt, label)
            table.add_row(*names, *_costs([cost], least), "; ".join(cost.notes))
    if any(len(costs) > 1 for costs in by_order.values()):
        table.add_section()
        for order, costs in by_order.items():
            table.add_row("all", counted(len(costs), "cell"), "", order, *_costs(costs, least))
    return table


def _costs(costs: Sequence[OrderCost], least: str) -> tuple[str, str, str]:
    hours = [cost.hours for cost in costs if cost.hours is not None]
    return (
        f"~{sum(cost.prompt_tokens for cost in costs):,}",
        f"~{sum(cost.read_tokens for cost in costs):,}",
        f"{least}{duration(3600 * sum(hours))}" if len(hours) == len(costs) else "-",
    )


def _tokens(plans: Sequence[Plan]) -> str:
    about = "~" if any(plan.about for plan in plans) else ""
    return f"{about}{sum(plan.prompt_tokens for plan in plans):,}"


def _rates(plans: Sequence[Plan]) -> str:
    rates = [plan.tokens_per_second for plan in plans if plan.tokens_per_second]
    extremes = sorted({two_digits(rate) for rate in (min(rates), max(rates))}) if rates else ["-"]
    return " to ".join(extremes)


def _hours(plans: Sequence[Plan]) -> str:
    estimates = [plan.hours for plan in plans]
    if all(hours is None for hours in estimates):
        return "-"
    more = " + ?" if None in estimates else ""
    least = "≥ " if any(plan.is_bound for plan in plans) else ""
    return f"{least}{sum(hours for hours in estimates if hours is not None):,.2f}{more}"


def _bytes(plans: Sequence[Plan]) -> str:
    sizes = [plan.download for plan in plans]
    about = "~" if any(plan.download_about for plan in plans) else ""
    more = " + ?" if None in sizes else ""
    total = sum(size for size in sizes if size is not None)
    if total == 0:
        return "?" if more else "0"
    return f"{about}{total / 1e9:,.1f} GB{more}"
