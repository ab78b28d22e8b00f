"""The page of a pair: one HTML file with its data, its script and its style.

It loads nothing: the policy in its head allows one script and one style sheet, by their digests.
"""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from scipy import stats

from analysis.html_templates import environment, policy, source
from analysis.number_format import MAX_DECIMALS, POINTS
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.comparison import LEVEL
from clue import __version__
from clue.cluster_robust import ROUNDING
from clue.common.visible import TABS_AND_LINES, visible

PACKAGE = "analysis.samples"
QUANTILES = 256
"""Steps of the table of t quantiles, over 1 / degrees of freedom."""
LEAST_DIFFERING = 6
"""Clusters that differ, below which a sign flip cannot reject: 2 / 2**5 is above .05."""


def render(heading: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> str:
    """Returns the text of a page.

    Args:
        heading: names of the pair, prompt setting, marks and notes.
        tasks: `analysis.samples.task_data.task_data` of each task.
    """
    style, script = (source(PACKAGE, f"samples.{ending}") for ending in ("css", "js"))
    names = [{"task": one["task"], "title": one["title"]} for one in tasks]
    blocks = {"page": _seen({**heading, "tasks": names, "statistics": _statistics()})}
    blocks |= {f"task-{number}": _seen(one) for number, one in enumerate(tasks)}
    template = environment(PACKAGE).get_template("samples.html.j2")
    return template.render(
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        blocks={name: packed(block) for name, block in blocks.items()},
        version=__version__,
    )


def packed(value: Any) -> str:
    """Returns a JSON value, compressed and in base64; the same value gives the same text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def unpacked(block: str) -> Any:
    """Returns the value of `packed`."""
    return json.loads(gzip.decompress(base64.b64decode(block)))


def _statistics() -> dict[str, Any]:
    """Constants of the analysis that the page computes with."""
    tail = (1 + LEVEL) / 2
    quantiles = [float(stats.norm.ppf(tail))]
    quantiles += [float(stats.t.ppf(tail, QUANTILES / step)) for step in range(1, QUANTILES + 1)]
    return {
        "percent": round(100 * LEVEL),
        "quantiles": [round(quantile, 7) for quantile in quantiles],
        "leastClusters": LEAST_CLUSTERS,
        "leastDiffering": LEAST_DIFFERING,
        "decimals": POINTS,
        "maxDecimals": MAX_DECIMALS,
        "rounding": ROUNDING,
    }


def _seen(value: Any) -> Any:
    """The value with characters that a reader cannot see as escapes, in all names and notes."""
    if isinstance(value, str):
        return visible(value, TABS_AND_LINES)
    if isinstance(value, Mapping):
        return {name: one if name == "texts" else _seen(one) for name, one in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], str | list | Mapping):
        return [_seen(one) for one in value]
    return value
