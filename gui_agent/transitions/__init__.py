"""Transitions of stored runs: what a screen was, what was done, what it became; for world models."""
