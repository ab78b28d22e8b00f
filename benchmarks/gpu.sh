#!/bin/bash
# Generation on random weights, under eight minutes on one GPU: a table, also in $OUT/gpu.md.
#   bash benchmarks/gpu.sh                  7B and 1B shapes on the GPU
#   bash benchmarks/gpu.sh --shapes tiny    a minute on a CPU
set -eu
cd "$(dirname "$0")/.."
if [[ -z "${PYTHON:-}" && -x .venv/bin/python ]]; then PYTHON=.venv/bin/python; fi
exec timeout 480 "${PYTHON:-python3}" -m benchmarks.gpu "$@"
