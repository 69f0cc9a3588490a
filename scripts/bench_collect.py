"""Device utilisation of the asynchronous runner against a lock-step baseline, in one run on the same farm.

Both play the same episodes on 16 fake devices behind a real farm (leases, gRPC, reset between episodes). The policy
only sleeps: its latency is log-normal with a median of 1 s, scaled down by --scale, and a 99th percentile of 8 times
the median; the latency of step k of task t is a function of (seed, t, k), so both runners meet the same ones. The
baseline takes a batch of as many tasks as devices and lets no device act before every policy of the batch has decided.

Prints one JSON line: device_utilisation and steps_per_s of `asynchronous` and of `lock_step` (utilisation: share of
device time spent on an episode's own decisions, actions and verdict), speedup, and what it ran on. The devices are
fake: no phone is behind them; what is measured is the runner.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from device_farm.backends.config import FakeConfig
from device_farm.client import FarmClient
from device_farm.device import Device, DeviceInfo
from device_farm.embedded import embedded_farm
from device_farm.types.action import Action, Click, Terminate
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored, Undecided
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.store.writer import RunWriter
from verifier.rules.base import reward_of

# P99 = 8 x median: sigma = ln 8 / z(0.99).
SIGMA = math.log(8) / 2.3263478740408408
TAP = Click(at=Point(32, 52))


@dataclass(frozen=True)
class Latencies:
    """Seconds that the policy takes for step `step` of a task."""

    median_s: float
    seed: int

    def of(self, task: Task, step: int) -> float:
        return self.median_s * math.exp(SIGMA * Random(f"{self.seed}/{task.id}/{step}").gauss(0, 1))


class Counting(TaskTemplate):
    """Taps a fixed number of times and ends."""

    name, goal, time_budget_s = "Counting", "Tap.", 600.0

    def __init__(self, steps: int) -> None:
        self.max_steps = steps  # type: ignore[misc]

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        line = (await device.shell("state")).stdout.decode()
        taps = str(self.max_steps - 1)
        evidence = (Evidence(probe="count", observed=line, expected=taps, holds=f"count={taps} " in line),)
        return Scored(reward=reward_of(evidence), evidence=evidence)

    def expert(self, task: Task) -> Script:
        for _ in range(self.max_steps - 1):
            yield TAP


class SleepingSession(LocalSession):
    def __init__(self, task: Task, latencies: Latencies) -> None:
        self._task, self._latencies, self._step = task, latencies, 0

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        await asyncio.sleep(self._latencies.of(self._task, self._step))
        self._step += 1
        last = self._step >= self._task.max_steps
        action: Action = Terminate(status="success") if last else TAP
        return Decision(action=action)


class SleepingPolicy(LocalPolicy):
    name = "sleeping"

    def __init__(self, latencies: Latencies) -> None:
        self._latencies = latencies

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> SleepingSession:
        return SleepingSession(task, self._latencies)


async def run_async(
    client: FarmClient, tasks: list[Task], template: Counting, latencies: Latencies, devices: int, folder: Path
) -> tuple[float, float]:
    """The project's runner with its store: utilisation and steps per second."""
    with RunWriter(folder, {}) as writer:
        episodes = EpisodeRunner(SleepingPolicy(latencies), lambda task: template)
        async with FarmSource(client) as source:
            runner = Runner(source, episodes, writer, workers={"android": devices})
            result = await runner.run([Assignment(task=task) for task in tasks])
    return result.device_utilisation, result.steps / result.wall_s


async def run_lock_step(
    client: FarmClient, tasks: list[Task], template: Counting, latencies: Latencies, devices: int
) -> tuple[float, float]:
    """Batches with a barrier at every step: utilisation and steps per second."""
    busy_s, steps, begun_s = 0.0, 0, time.perf_counter()
    policy = SleepingPolicy(latencies)

    async def timed_decide(session: SleepingSession, seen: Observation) -> tuple[Decision, float]:
        started_s = time.perf_counter()
        decision = await session.decide(seen)
        return decision, time.perf_counter() - started_s

    async def timed_act(device: Device, action: Action, seen: Observation) -> tuple[Observation, float]:
        started_s = time.perf_counter()
        after = seen if isinstance(action, Terminate) else await device.act_and_observe(action)
        return after, time.perf_counter() - started_s

    for start in range(0, len(tasks), devices):
        batch = tasks[start : start + devices]
        async with FarmSource(client) as source, AsyncExitStack() as stack:
            leases = [stack.enter_async_context(source.lease("android")) for _ in batch]
            leased = await asyncio.gather(*leases)
            sessions = [await policy.start(task, device.info) for task, device in zip(batch, leased, strict=True)]
            screens = list(await asyncio.gather(*(device.observe() for device in leased)))
            for _ in range(template.max_steps):
                decided = await asyncio.gather(*map(timed_decide, sessions, screens))
                actions = [decision.action for decision, _ in decided]
                acted = await asyncio.gather(*map(timed_act, leased, [a for a in actions if a], screens))
                screens = [after for after, _ in acted]
                busy_s += sum(spent for _, spent in decided) + sum(spent for _, spent in acted)
                steps += len(batch)
            verdicts = await asyncio.gather(
                *(template.evaluate(device, task, None) for device, task in zip(leased, batch, strict=True))
            )
            assert all(isinstance(verdict, Scored) and verdict.reward == 1.0 for verdict in verdicts)
    wall_s = time.perf_counter() - begun_s
    return busy_s / (wall_s * devices), steps / wall_s


async def all_ready(client: FarmClient, count: int) -> None:
    """Waits until the farm has told of `count` ready devices."""
    ready: set[str] = set()
    async for device, _ in client.watch():
        if device is not None and device.state == "ready":
            ready.add(device.info.id)
        if len(ready) >= count:
            return


async def bench(options: argparse.Namespace) -> dict[str, object]:
    template = Counting(options.steps)
    latencies = Latencies(median_s=options.scale, seed=options.seed)
    tasks = [template.task("bench", seed) for seed in range(options.episodes)]
    config = FakeConfig(devices=options.devices, latency_ms=options.device_ms)
    async with embedded_farm([config]) as client:
        await all_ready(client, options.devices)
        with tempfile.TemporaryDirectory(prefix="bench-collect-") as folder:
            ours = await run_async(client, tasks, template, latencies, options.devices, Path(folder) / "run")
        theirs = await run_lock_step(client, tasks, template, latencies, options.devices)
    return {
        "benchmark": "collect",
        "devices": options.devices,
        "device_kind": "fake",
        "episodes": options.episodes,
        "steps_per_episode": options.steps,
        "latency_median_s": options.scale,
        "latency_p99_s": round(8 * options.scale, 4),
        "device_ms": options.device_ms,
        "seed": options.seed,
        "asynchronous": {"device_utilisation": round(ours[0], 4), "steps_per_s": round(ours[1], 2)},
        "lock_step": {"device_utilisation": round(theirs[0], 4), "steps_per_s": round(theirs[1], 2)},
        "speedup": round(ours[1] / theirs[1], 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=16)
    parser.add_argument("--episodes", type=int, default=480)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--scale", type=float, default=0.05, help="seconds that the median latency of 1 s becomes")
    parser.add_argument("--device-ms", type=float, default=2.0, help="time that a fake device takes for each call")
    parser.add_argument("--seed", type=int, default=0)
    print(json.dumps(asyncio.run(bench(parser.parse_args()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
