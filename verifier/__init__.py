"""Verdicts with evidence on episodes. This release carries the verdict of scripted evaluators only."""
