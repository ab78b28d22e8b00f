"""Campaigns that are too long for the tests: `python -m tests.attack [CAMPAIGN ...]`.

Every case is drawn from the seed, the campaign's name and its number, so `--only N` repeats one.
Exit code: 0 if nothing was wrong, otherwise 1.
"""

import argparse
import os
import sys

from tests.attack.campaign import Campaign, carry_out, table
from tests.attack.registry import CAMPAIGNS

FIXED = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
"""Variables of all commands."""
UNSET = ("CLUE_DATA", "CLUE_MODELS", "CLUE_CONFIG_DIR", "MLFLOW_TRACKING_URI")


def main(arguments: list[str]) -> int:
    """Carry out the campaigns of the command line; prints a table."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := set(options.campaigns) - set(CAMPAIGNS):
        parser.error(f"no campaign {', '.join(sorted(unknown))}; there are {', '.join(CAMPAIGNS)}")
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ |= FIXED
    tallies = {}
    for name in options.campaigns or list(CAMPAIGNS):
        campaign = CAMPAIGNS[name]
        tallies[name] = carry_out(name, campaign, _numbers(campaign, options), options.seed, _show)
    print(*table(tallies), sep="\n")
    return int(any(tally.wrong for tally in tallies.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.attack", description=__doc__)
    counts = ", ".join(f"{name} {campaign.count}" for name, campaign in CAMPAIGNS.items())
    parser.add_argument("campaigns", nargs="*", help=f"default: all ({counts})")
    parser.add_argument("--count", type=int, help="cases of each campaign instead of the default")
    parser.add_argument("--only", type=int, help="the number of one case")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def _numbers(campaign: Campaign, options: argparse.Namespace) -> range:
    if options.only is not None:
        return range(options.only, options.only + 1)
    return range(campaign.count if options.count is None else options.count)


def _show(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
