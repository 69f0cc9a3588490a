"""Semi-online RL (UI-S1, arXiv 2509.11543): rollouts on expert screens with the policy's own history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gui_agent.datasets.types import Trajectory
from gui_agent.rl.samples import AdvantageSettings
from gui_agent.rl.semi_online import SemiOnline
from gui_agent.rl.types import Group
from gui_agent.training.rollout_source import BatchSettings, RolloutSource


def semi_online_source(
    trajectories: Sequence[Trajectory], rollouts: SemiOnline, advantages: AdvantageSettings, settings: BatchSettings
) -> RolloutSource[Trajectory]:
    """One task a trajectory. Raises DataError where there is none."""

    async def roll_out(trajectory: Trajectory, version: int) -> Group:
        return await _of_version(rollouts, settings.seed, version).group(trajectory, policy_version=version)

    return RolloutSource(trajectories, roll_out, advantages, settings)


def _of_version(rollouts: SemiOnline, seed: int, version: int) -> SemiOnline:
    """Seeds that differ by update, and are the same when a run is resumed."""
    sampling = replace(rollouts.settings.sampling, seed=version_seed(seed, version))
    return replace(rollouts, settings=replace(rollouts.settings, sampling=sampling))


def version_seed(seed: int, version: int) -> int:
    """Below 2^31, as servers want it."""
    return (seed * 1_000_003 + version) % 2**31
