"""Trajectories to learn from, whatever wrote them."""
