"""Policies, the episode runner and store, benchmarks, datasets and training."""
