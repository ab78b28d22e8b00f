"""Checkpoints: location of the weights, reachability of the hub, chat templates."""
