"""Verdicts with evidence on episodes: rules, passive judges, an agent that probes, and reward models."""
