"""Semi-online RL (UI-S1, arXiv 2509.11543): rollouts on expert screens with the policy's own history."""

from __future__ import annotations

import zlib
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

    async def roll_out(trajectory: Trajectory, version: int, again: int) -> Group:
        seed = version_seed(settings.seed, version, again)
        return await _seeded(rollouts, seed).group(trajectory, policy_version=version)

    return RolloutSource(trajectories, roll_out, advantages, settings)


def _seeded(rollouts: SemiOnline, seed: int) -> SemiOnline:
    sampling = replace(rollouts.settings.sampling, seed=seed)
    return replace(rollouts, settings=replace(rollouts.settings, sampling=sampling))


def version_seed(seed: int, version: int, again: int = 0) -> int:
    """A seed that differs by update, and by how often it tried a task before, and is the same when a run is resumed.

    Below 2^31, as servers want it.
    """
    own = (seed * 1_000_003 + version) % 2**31
    return zlib.crc32(f"{own}/{again}".encode()) % 2**31 if again else own
