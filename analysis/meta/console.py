"""The document of a meta-analysis as lines to read."""

from typing import Any

from analysis.meta.document import Document
from clue.common.plural import counted

COLUMNS = (
    f"{'':32}{'mean':>10}{'SE':>10}{'df':>7}  {'95 % interval':22}{'95 % prediction':22}{'p':>8}"
)


def lines(made: Document) -> list[str]:
    """A table of the analyses, then what else there is to know."""
    return [_opening(made), "", COLUMNS, *_table(made), "", *_facts(made)]


def _opening(made: Document) -> str:
    estimates = counted(made["k"], "estimate")
    if made["families"] is None:
        return f"{estimates}, taken as independent of each other but for their covariance"
    return f"{estimates} in {counted(made['families'], 'family', 'families')}"


def _table(made: Document) -> list[str]:
    rows = []
    if made["refused"] is None:
        rows = _three_level(made) if made["families"] is not None else _two_level(made)
    return [*rows, _row("mean of exactly these", made["fixed_set"])]


def _three_level(made: Document) -> list[str]:
    return [
        _row("REML, CR2 by family", {**made, "se": made["se_cr2"]}),
        _row("plain mean of family means", made["family_mean"]),
    ]


def _two_level(made: Document) -> list[str]:
    robust = {**made["robust"], "mu": made["mu"], "se": made["se_cr2"], "df": made["df"]}
    return [
        _row("REML, normal", {**made, "df": None}),
        _row("REML, CR2", robust),
        _row("REML, Hartung-Knapp", made["hartung_knapp"]),
        _row("DerSimonian-Laird, normal", made["dersimonian_laird"]),
    ]


def _row(name: str, made: dict[str, Any]) -> str:
    df = "" if made["df"] is None else f"{made['df']:.1f}"
    return (
        f"{name:32}{_number(made['mu']):>10}{_number(made['se']):>10}{df:>7}  "
        f"{_interval(made['ci95']):22}{_interval(made.get('pi95')):22}{_p(made['p']):>8}"
    ).rstrip()


def _facts(made: Document) -> list[str]:
    found = [f"Cochran's Q {_number(made['q'])} for {counted(made['k'], 'estimate')}"]
    if made["refused"] is None:
        parts = [f"tau2 {_number(made['tau2'])}"]
        if made["tau2_family"] is not None:
            parts.append(f"between families {_number(made['tau2_family'])}")
            parts.append(f"between pairs {_number(made['tau2_pair'])}")
        found.append(", ".join([*parts, f"I2 {made['i2']:.1%}"]))
    left = made.get("leave_one_family_out") or {}
    if left:
        low, high = min(left.values()), max(left.values())
        found.append(f"mean without one family: {_number(low)} to {_number(high)}")
    if made["off_diagonal_share"]:
        found.append(f"share of covariances in the error: {made['off_diagonal_share']:.1%}")
    if made["refused"] is not None:
        found.append(f"no mean of a population: {made['refused']}")
    return [*found, *(f"warning: {warning}" for warning in made["warnings"])]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"


def _interval(ends: list[float | None] | None) -> str:
    return "" if ends is None else f"{_number(ends[0])} to {_number(ends[1])}"


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
