"""The no-op baseline: which tasks pass although nothing was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from device_farm.client import FarmClient
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, InfraError, Outcome, Scored
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.noop import NoopPolicy
from gui_agent.runner.episode import EpisodeRunner, Limits
from gui_agent.runner.events import Listener, RunStarted
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.judged import opened_hook
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.record import evaluator_of, noted, short
from verifier.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouched:
    """What was said of a task with which nothing was done. `verdict` None: no verifier was asked, or it could not be.

    A task passes untouched where the evaluator gives the full reward or the verifier says success.
    """

    task: Task
    evaluator: Outcome
    verdict: Verdict | None

    @property
    def passed_by(self) -> tuple[str, ...]:
        """Who lets it pass: `evaluator`, and the verifier by name."""
        said = ("evaluator",) if isinstance(self.evaluator, Scored) and self.evaluator.reward >= 1.0 else ()
        if self.verdict is not None and self.verdict.decision == "success":
            return (*said, self.verdict.verifier)
        return said

    @property
    def partly(self) -> bool:
        """Whether it gives away a part of its reward, but not all of it."""
        return isinstance(self.evaluator, Scored) and 0.0 < self.evaluator.reward < 1.0

    @property
    def broken(self) -> bool:
        """Whether it could not be found out."""
        return isinstance(self.evaluator, InfraError)

    @property
    def reason(self) -> str:
        """Why it is left out; "" where it is not."""
        if not self.passed_by:
            return ""
        shown = [f"evaluator {short(self.evaluator)}"]
        if self.verdict is not None:
            shown.append(f"{self.verdict.verifier}: {self.verdict.decision}, {self.verdict.reason}")
        return f"passes with nothing done ({'; '.join(shown)})"


class _Gathering:
    """A sink that keeps the opinions only; the last attempt at a task counts."""

    def __init__(self) -> None:
        self.found: dict[str, Untouched] = {}

    def add(self, episode: Episode) -> None:
        record = noted(episode)
        verdict = None if record is None else record.verdict
        self.found[episode.task.id] = Untouched(task=episode.task, evaluator=evaluator_of(episode), verdict=verdict)


async def try_untouched(
    tasks: Sequence[Task],
    template_of: Callable[[Task], TaskTemplate],
    client: FarmClient,
    workers: Mapping[Platform, int],
    *,
    verifier: LoadedVerifier | None = None,
    template: str = "",
    limits: Limits | None = None,
    listeners: Sequence[Listener] = (),
) -> list[Untouched]:
    """Sets up each task, does nothing but claim success, and asks evaluator and `verifier`; in the tasks' order.

    Raises:
        CapacityError, TransportError: the farm gives no devices.
        PolicyError: the verifier's model cannot be opened.
    """
    started = RunStarted(tasks=len(tasks), already=0, devices=sum(workers.values()))
    for listener in listeners:
        listener.on_event(started)
    gathering = _Gathering()
    async with (
        opened_hook(verifier, template_of, client, template=template) as hook,
        FarmSource(client, template=template, owner="farm-audit") as source,
    ):
        episodes = EpisodeRunner(NoopPolicy(), template_of, limits=limits, verifier=hook)
        runner = Runner(source, episodes, gathering, workers=workers, retries=1, listeners=listeners)
        await runner.run([Assignment(task=task) for task in tasks])
    return [gathering.found[task.id] for task in tasks]
