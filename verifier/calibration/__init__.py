"""Verdicts against labels: how often a verifier is right, and what that costs."""
