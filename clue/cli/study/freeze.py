"""`python -m clue study freeze`: record a declaration before its cells are generated."""

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from clue.cli.study.resolved import resolved, store
from clue.common.console import print_lines
from clue.common.plural import counted
from clue.config import model_files
from clue.config.schema import ModelConf
from clue.study.freeze import FrozenStudy, frozen_now, write
from clue.study.resolution import freeze_command
from clue.tracking import provenance


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", help="name of a file in conf/study")
    parser.add_argument(
        "--amend", action="store_true", help="record a change of a study that is frozen already"
    )


def run(arguments: argparse.Namespace) -> int:
    """Freeze the study, or say since when it is frozen.

    Raises:
        ConfigError: the study was changed since it was frozen, and `--amend` is not given.
    """
    study, mlruns = resolved(arguments.study, arguments), store(arguments)
    if study.frozen and not study.changes:
        print_lines(f"{arguments.study} is frozen already. {study.frozen[0].sentence()}")
        return 0
    if not arguments.amend:
        study.check_unchanged()
    now = frozen_now(study.resolver, mlruns, provenance.code().get("clue.git_commit", ""))
    path = write(mlruns, now)
    command = freeze_command(now.study, study.resolver.paths, amend=bool(study.frozen))
    _track(now, mlruns, command)
    print_lines(f"{path}\n{now.sentence()}")
    print_lines(f"To prove the time to others, publish the digest: {now.sha256}")
    print_lines(_pinning(study.resolver.declaration.models))
    return 0


def _pinning(models: Mapping[str, ModelConf]) -> str:
    """Says what pins the weights of the models."""
    names = [name for name, model in models.items() if model_files.is_open(model)]
    if not names:
        return "The weights of all models are pinned, by commit or by digest."
    return (
        f"The weights of {counted(len(names), 'model')} are not pinned ({', '.join(names)}): a "
        "branch of the hub decides, and each cell records the commit or digest that answered. To "
        "pin one now, write `revision: <commit of 40 digits>` into its model file."
    )


def _track(frozen: FrozenStudy, mlruns: Path, command: str) -> None:
    """Logs the declaration as an MLflow run of its own.

    Raises:
        TrackingError: the tracking store does not answer; the store has the declaration.
    """
    from clue.tracking.tracker import Tracker

    tracker = Tracker(os.environ.get("MLFLOW_TRACKING_URI"), "clue", mlruns)
    identity = ("clue.study_sha256", frozen.sha256)
    tags = {"clue.kind": "study", "clue.study": frozen.study, **provenance.code()}
    with tracker.run(f"study/{frozen.study}", identity, tags, command):
        text = json.dumps(asdict(frozen) | {"sha256": frozen.sha256}, indent=1, sort_keys=True)
        tracker.log_text("declaration.json", text)
        tracker.log_metrics({"cells": frozen.cells, "cells_present": len(frozen.present)})
        tracker.log_note(f"{frozen.sentence()}\n\n```\n{command}\n```")
