"""The formats that `analysis.readers` can read, for help and messages: nothing is imported."""

FORMATS = {
    "CSV, JSON lines, Parquet": "a row per answer: sample_id, score (or any other name), cluster, "
    "repeat, wording, draw",
    "lm-evaluation-harness": "samples_<task>_<date>.jsonl, written with --log_samples",
    "inspect_ai": "logs, .json or .eval; tables of samples_df",
    "HELM": "per_instance_stats.json; run_spec.json and scenario_state.json beside it are used",
    "lighteval": "details_<task>_<date>.parquet, written with --save-details",
    "Every Eval Ever": "<uuid>_samples.jsonl",
    "OpenCompass": "results/<model>/<dataset>.json, written with --dump-eval-details",
    "this project": "mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet",
    "CLUE's authors": "predictions.json",
}
"""Program or kind of file, and its files."""


def listed_formats() -> str:
    """The formats in one sentence."""
    return "; ".join(f"{program}: {files}" for program, files in FORMATS.items())


def format_table(indent: str = "    ") -> str:
    """The formats as lines, for a help text."""
    width = max(map(len, FORMATS))
    return "\n".join(f"{indent}{program:<{width}}  {files}" for program, files in FORMATS.items())
