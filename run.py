"""Evaluate a model on clinical tasks.

    python run.py model=smollm2_135m task=meqsum
    python run.py -m model=meditron7b,llama2_7b task=all

`python run.py --help` lists models, tasks and settings; `clue.cli.run` is the command.
"""

import sys

from clue.cli.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
