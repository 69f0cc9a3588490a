"""What runs on the other machines: a policy and devices, and one attempt for every call."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from device_farm.errors import FarmError
from device_farm.types.task import JsonValue, Platform
from device_farm.types.trajectory import Episode
from gui_agent.composition import opened_farm, plan_tasks, suite_of
from gui_agent.config import RunConfig
from gui_agent.runner.collect import farm_source
from gui_agent.runner.episode import EpisodeRunner, Limits
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.judged import opened_hook
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import HOPELESS


class RolloutWorker:
    """A Ray actor. Its devices are its own, or leased from the farm that the config names."""

    def __init__(self, config: RunConfig, platforms: tuple[Platform, ...], extra: Mapping[str, JsonValue]) -> None:
        self._config = config
        self._platforms = platforms
        self._extra = dict(extra)
        self._stack = AsyncExitStack()
        self._source: FarmSource | None = None
        self._episodes: EpisodeRunner | None = None

    async def start(self) -> str:
        """Opens devices and policy; the name of the machine's Ray node.

        Raises:
            ConfigError, PrerequisiteError: this machine lacks what the run needs.
        """
        import ray

        config = self._config
        suite = suite_of(config)
        probes = await suite.plan(1, seed=config.seed, platform=None, names=config.tasks, rounds=1)
        tasks = tuple(task for task in probes if task.platform in self._platforms)
        plan = plan_tasks(config, tasks, lambda task: suite.template(task.template), suite=suite)
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="farm-rollouts-")))
        await self._stack.enter_async_context(suite.opened(folder))
        client = await self._stack.enter_async_context(opened_farm(config.farm, plan.backends))
        policy = await self._stack.enter_async_context(plan.policy)
        self._source = await self._stack.enter_async_context(farm_source(config, client))
        limits = Limits(set_up_s=config.limits.set_up_s, evaluate_s=config.limits.evaluate_s)
        opening = opened_hook(plan.verifier, plan.template_of, client, template=config.farm.template)
        hook = await self._stack.enter_async_context(opening)
        node = str(ray.get_runtime_context().get_node_id())
        self._episodes = EpisodeRunner(
            policy, plan.template_of, limits=limits, provenance={**self._extra, "ray_node": node}, verifier=hook
        )
        return node

    async def run(self, assignment: Assignment) -> Episode:
        """One attempt, with its screens; a device that could not be leased is an infrastructure error.

        Raises:
            CapacityError, ConfigError, AuthError: the farm can never give such a device.
        """
        if self._source is None or self._episodes is None:
            raise RuntimeError("start was not called")
        try:
            async with self._source.lease(assignment.task.platform) as device:
                return await self._episodes.run(device, assignment)
        except HOPELESS:
            raise
        except FarmError as error:
            return self._episodes.not_leased(assignment, error)

    async def stop(self) -> None:
        """Gives the devices back."""
        await self._stack.aclose()
