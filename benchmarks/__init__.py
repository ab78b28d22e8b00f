"""Measurements that are ratios of one run; `python -m benchmarks.<name>`."""
