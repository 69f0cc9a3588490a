"""Samples out of episodes on devices, played while the trainer is at work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from device_farm.errors import DataError
from device_farm.types.task import Task
from gui_agent.rl.samples import AdvantageSettings, GroupSamples, is_trained, train_samples
from gui_agent.rl.selection import enough, select
from gui_agent.rl.types import Group
from gui_agent.runner.events import AttemptEnded, RunEvent
from gui_agent.runner.queue import Assignment, WorkQueue
from gui_agent.training.online.curriculum import Rounds, TaskOrder
from gui_agent.training.online.figures import Counts, figures
from gui_agent.training.online.gate import Weights
from gui_agent.training.online.ledger import Ledger, age, window
from gui_agent.training.online.player import PlayerPolicy
from gui_agent.training.online.rollout import rollout_of
from gui_agent.training.rollout_source import BatchSettings, check_usable
from gui_agent.training.source import Supply


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineSettings:
    """`size` rollouts a group; `ahead` groups are begun and not trained on, 0 for as many as can never be too old."""

    batch: BatchSettings
    size: int
    max_staleness: int
    ahead: int = 0


class OnlineSource:
    """A SampleSource, and a listener of the Runner on its queue `work`, which `serve` starts and `stop` ends.

    Resumed, it tries the same tasks in the same order: groups that the checkpoint has not trained on are begun again
    from their first step, under the weights of the checkpoint; no group is trained twice or left out. With
    `max_staleness` 0 on devices that are all alike the figures are those of an unbroken run; else which version
    sampled which reply depends on how fast devices and trainer were, and differs from run to run.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        player: PlayerPolicy,
        weights: Weights,
        advantages: AdvantageSettings,
        settings: OnlineSettings,
        order: TaskOrder | None = None,
    ) -> None:
        """`order` says which task a group tries, each in turn without it. Raises DataError for no task at all."""
        if not tasks:
            raise DataError("there is no task to train on", field="run.tasks")
        self._tasks, self._player, self._weights = tasks, player, weights
        self._advantages, self._settings = advantages, settings
        self._order = order or Rounds(len(tasks), settings.batch.seed)
        self._trying: dict[int, int] = {}
        ahead = settings.ahead or window(settings.batch.tasks, settings.max_staleness)
        self._ledger = Ledger(size=settings.size, ahead=ahead)
        self.work = WorkQueue((), endless=True)
        self._attempts: dict[str, tuple[int, int]] = {}
        self._counts = Counts()
        self._landed = asyncio.Event()
        self._serving: asyncio.Task[Any] | None = None
        self._utilisation: Callable[[], float] = lambda: 0.0

    def serve(self, work: Coroutine[Any, Any, object], utilisation: Callable[[], float] = lambda: 0.0) -> None:
        """`work` takes attempts from the queue and tells `on_event`; what it fails of, `next` raises."""
        self._serving = asyncio.create_task(work)
        self._utilisation = utilisation

    async def stop(self) -> None:
        """Breaks off what is being played. Call it before what `work` needs is closed."""
        if self._serving is not None:
            self._serving.cancel()
            # What it failed of before was raised by `next`.
            await asyncio.wait((self._serving,))

    def on_event(self, event: RunEvent) -> None:
        """An attempt that is tried again leaves nothing behind but a count."""
        if not isinstance(event, AttemptEnded):
            return
        task_id, attempt = event.episode.task.id, event.episode.attempt
        sampled = self._player.take(task_id, attempt)
        if event.retried:
            self._counts.retried += 1
            return
        number, index = self._attempts.pop(task_id)
        name = task_id.rpartition(".")[0]
        self._ledger.land(number, index, rollout_of(name, event.episode, sampled))
        self._counts.wall_s.append(event.episode.wall_s)
        self._landed.set()

    async def next(self, policy_version: int) -> Supply:
        """Raises PolicyError where every rollout broke off, ConfigError where no reply came with its tokens, and what
        the farm failed of.
        """
        await self._weights.publish(policy_version)
        self._ledger.update()
        batch = self._settings.batch
        groups: list[Group] = []
        weighed: list[GroupSamples] = []
        refills = -1
        while refills < batch.refills:
            refills += 1
            passing = sum(one.spread > batch.eta for one in weighed)
            fresh = [await self._fresh(policy_version, wanted) for wanted in range(batch.tasks - passing, 0, -1)]
            groups += fresh
            weighed += [train_samples(group, self._advantages) for group in fresh]
            if enough([one.spread for one in weighed], batch.tasks, batch.eta):
                break
        check_usable(groups, weighed)
        chosen = select(weighed, [one.spread for one in weighed], batch.tasks, batch.eta)
        samples = tuple(sample for one in chosen.kept for sample in one.samples)
        await self._weights.hold()
        said = figures(groups, chosen, self._counts.cleared(), policy_version, waiting=self._ledger.waiting())
        return Supply(samples=samples, figures={**said, "refills": refills, "device_utilisation": self._utilisation()})

    async def _fresh(self, version: int, wanted: int) -> Group:
        """The next of `wanted` groups with a rollout that is young enough; older ones are left out and counted."""
        while True:
            group = await self._front(wanted)
            limit = self._settings.max_staleness
            stale = [is_trained(rollout) and age(rollout, version) > limit for rollout in group.rollouts]
            self._counts.stale += sum(stale)
            self._counts.dropped += all(stale)
            if not all(stale):
                kept = tuple(rollout for rollout, old in zip(group.rollouts, stale, strict=True) if not old)
                return replace(group, rollouts=kept, policy_version=version)

    async def _front(self, wanted: int) -> Group:
        self._begin(wanted)
        while not self._ledger.ready():
            self._landed.clear()
            await self._landed_or_failed()
        task = self._trying.pop(self._ledger.taken)
        group = self._ledger.take()
        self._order.told(task, group)
        return group

    async def _landed_or_failed(self) -> None:
        if self._serving is None:
            raise RuntimeError("nothing serves the queue; call serve() first")
        landed = asyncio.create_task(self._landed.wait())
        try:
            await asyncio.wait((landed, self._serving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            landed.cancel()
        if self._serving.done():
            self._serving.result()
            raise RuntimeError("the farm stopped serving")

    def _begin(self, wanted: int) -> None:
        for number in self._ledger.admit(wanted):
            self._trying[number] = self._order.task(number)
            task = self._tasks[self._trying[number]]
            for index in range(self._settings.size):
                one = replace(task, id=f"{task.id}~{number}.{index}")
                self._attempts[one.id] = (number, index)
                self.work.put(Assignment(task=one))

    def state(self) -> dict[str, Any]:
        return {"taken": self._ledger.taken, "order": self._order.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self._ledger.go_on_from(int(state["taken"]))
        self._order.restore(state["order"])
