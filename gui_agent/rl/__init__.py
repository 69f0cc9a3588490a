"""Reinforcement learning on trajectories: rollouts, returns, advantages, losses."""
