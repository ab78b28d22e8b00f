"""Checkpoints: where weights lie, what the hub says, how a chat template is filled."""
