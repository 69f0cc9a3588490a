"""`farm collect --ray`: the runner of one machine, with the crew's devices in place of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from device_farm.types.task import JsonValue
from gui_agent.cluster.connection import connected
from gui_agent.cluster.crew import Crew, CrewEpisodes
from gui_agent.composition import Plan
from gui_agent.runner.events import Listener
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import EpisodeSink, Runner, RunResult


async def run_on_cluster(
    plan: Plan,
    left: Sequence[Assignment],
    sink: EpisodeSink,
    listeners: Sequence[Listener],
    extra: Mapping[str, JsonValue],
) -> RunResult:
    """Runs the assignments on the cluster's machines; `sink` gets the episodes here.

    Raises:
        PrerequisiteError: ray is not installed.
        TransportError: no cluster answers.
        CapacityError: the cluster has no room for a worker, or lost its last one.
    """
    config = plan.config
    async with connected(config.ray.address) as ray, Crew(ray, plan, extra, tuple(listeners)) as crew:
        episodes = CrewEpisodes(crew, plan, extra)
        runner = Runner(crew, episodes, sink, workers=plan.workers, retries=config.retries, listeners=tuple(listeners))
        return await runner.run(left)
