"""MLflow: runs, tags, notes and views; only `tracker` imports it."""
