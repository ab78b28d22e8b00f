"""Processes: the jobs of a command under a Hydra launcher, their GPUs, signals and exit codes."""
