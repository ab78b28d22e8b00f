"""Reader of `per_instance_stats.json` of HELM (crfm-helm), one folder per run.

An entry has the statistics of an instance in one trial of training examples; a metric that was
computed on its own has its own entry. `run_spec.json` in the same folder names model and scenario,
`scenario_state.json` has the prompts. Perturbed copies of an instance are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import files, values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.common.plural import counted
from clue.records import dotted, sha256

FORM = "HELM per-instance statistics"
BOOKKEEPING = (
    "num_",
    "finish_reason_",
    "training_",
    "inference_",
    "batch_size",
    "prompt_truncated",
)
"""First parts of the names of statistics that are no scores."""
OF_MODEL = ("model", "model_deployment")
LONGEST = 60
"""Characters of a setting that are shown."""

Key = tuple[str, int]
"""Id of the instance and index of the trial."""


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if an entry has this format."""
    return {"instance_id", "train_trial_index", "stats"} <= entry.keys()


def read(request: ReadRequest, entries: Sequence[Mapping[str, Any]]) -> ModelResults:
    """Reads the statistic of all instances that are not perturbed.

    Raises:
        ResultsError: there is no such statistic, or `--id`, `--cluster` or `--prompt` is given.
    """
    if request.sample_id or request.cluster or request.prompt:
        raise ResultsError(
            f"{request.path}: it has no such field; leave out --id, --cluster and --prompt"
        )
    plain = [entry for entry in entries if not entry.get("perturbation")]
    statistics: dict[Key, dict[str, Any]] = {}
    for entry in plain:
        key = str(entry["instance_id"]), int(entry["train_trial_index"])
        statistics.setdefault(key, {}).update(_statistics(entry))
    score = _choose_score(request, {name for table in statistics.values() for name in table})
    means = {key: table.get(score) for key, table in statistics.items()}
    scored = {key: mean for key, mean in means.items() if mean is not None}
    folder = request.path.parent
    specification = _beside(folder / "run_spec.json")
    prompts = _prompts(_beside(folder / "scenario_state.json"))
    return ModelResults(
        request.path,
        FORM,
        score,
        tuple(SampleRow(key[0], repeat=key[1], digests=prompts.get(key, {})) for key in scored),
        tuple(
            values.number(value, f"{request.path}, instance {number}, {score}")
            for number, value in enumerate(scored.values(), start=1)
        ),
        model=(specification.get("adapter_spec") or {}).get("model"),
        task=_task(specification),
        settings=_settings(specification),
        unscored=len(statistics) - len(scored),
        facts=tuple(_facts(request, len(entries) - len(plain))),
    )


def _facts(request: ReadRequest, perturbed: int) -> Iterator[str]:
    if perturbed:
        entries = counted(perturbed, "entry", "entries")
        yield f"{entries} of perturbed instances in {request.path} left out."


def _statistics(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields names and means; None: computed on nothing."""
    for stat in entry["stats"]:
        name = stat["name"]
        part = f".{name['sub_split']}" if name.get("sub_split") else ""
        yield f"{name['name']}{part}", stat.get("mean") if stat.get("count") else None


def _choose_score(request: ReadRequest, names: set[str]) -> str:
    if request.score in names:
        return str(request.score)
    return values.choose_score(
        request, {name for name in names if not name.startswith(BOOKKEEPING)}
    )


def _beside(path: Path) -> Mapping[str, Any]:
    """Object of another file of the run; empty if there is none."""
    content = files.json_rows(path) if path.is_file() else {}
    return content if isinstance(content, dict) else {}


def _prompts(state: Mapping[str, Any]) -> dict[Key, dict[str, str]]:
    """Digests of all requests of each instance, in a fixed order."""
    requests: dict[Key, list[str]] = {}
    for one in state.get("request_states") or ():
        instance, sent = one["instance"], one["request"]
        if not instance.get("perturbation"):
            key = str(instance.get("id")), int(one["train_trial_index"])
            digest = sha256([sent.get("prompt"), sent.get("messages")])
            requests.setdefault(key, []).append(digest)
    return {key: {"prompt": sha256(sorted(digests))} for key, digests in requests.items()}


def _task(specification: Mapping[str, Any]) -> str | None:
    """Name of the run without its model: `mmlu:subject=anatomy`."""
    scenario, _, arguments = str(specification.get("name") or "").partition(":")
    others = [part for part in arguments.split(",") if not part.startswith(("model=", "model_"))]
    return ":".join(filter(None, (scenario, ",".join(filter(None, others))))) or None


def _settings(specification: Mapping[str, Any]) -> dict[str, str]:
    adapter = dict(dotted(specification.get("adapter_spec") or {}))
    return {key: str(value)[:LONGEST] for key, value in adapter.items() if key not in OF_MODEL}
