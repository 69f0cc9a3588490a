"""A verifier on stored episodes: each is carried out again on a fresh device, and judged where it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from device_farm.client import FarmClient
from device_farm.device import Device
from device_farm.errors import DataError, VerifierError
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, InfraError, Outcome, Scored, Step, Undecided
from gui_agent.benchmarks.base import Ending, TaskTemplate
from gui_agent.policies.replay import ReplayPolicy, replayed_steps, room_for_pauses
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.events import Listener, RunStarted
from gui_agent.runner.failures import first_error
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.judged import opened_hook
from gui_agent.runner.queue import Assignment
from gui_agent.runner.replay import compare
from gui_agent.runner.run import Runner
from gui_agent.store.reader import RunReader
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.record import VerdictFile, VerdictRecord, evaluator_of, noted
from verifier.case import Case, case_of
from verifier.verdict import Verdict, fault_of, undecided

_AT_ONCE = 8
"""Episodes judged side by side from the record alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Episodes of one run folder. `exact`: its phones draw the same pixels again, so a replay must as well."""

    reader: RunReader
    episodes: Mapping[str, Episode]
    exact: bool

    async def case(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, evaluator: Scored | Undecided
    ) -> Case:
        """The case as recorded. Raises VerifierError where the replay that has just ended is not what was recorded."""
        stored = self.episodes[task.id]
        again = replace(stored, steps=tuple(steps), final=ending.final, outcome=evaluator)
        why = await asyncio.to_thread(self._difference, stored, again)
        if why:
            raise VerifierError(f"the replay differs from the record: {why}")
        return await asyncio.to_thread(self.recorded, stored)

    def recorded(self, stored: Episode) -> Case:
        """With those of its screens that are still there. Raises DataError where the episode itself is damaged."""
        return case_of(self.reader.complete(self.reader.load(stored.id), lost=[]))

    def _difference(self, stored: Episode, again: Episode) -> str:
        """ "" for none: the same windows in front, the same reward, and where devices are `exact` the same screens."""
        compared = compare(stored, again, self.reader.pixels)
        # Desktops have clocks and blinking cursors.
        exact = self.exact and stored.task.platform == "android"
        if exact and compared.first_difference is not None:
            return f"screen {compared.first_difference + 1} of {compared.screens} is another"
        then, now = _windows(stored), _windows(again)
        if then != now:
            first = next((at for at, (one, two) in enumerate(zip(then, now, strict=False)) if one != two), len(now))
            return f"another window is in front at screen {first + 1}"
        if compared.reward_then is not None and compared.reward_now != compared.reward_then:
            return f"the evaluator gives {compared.reward_now}, not {compared.reward_then:g}"
        return ""


def _windows(episode: Episode) -> list[str]:
    seen = [step.observation for step in replayed_steps(episode)] + ([episode.final] if episode.final else [])
    return [f"{one.foreground.app} {one.foreground.window}" for one in seen]


def judgeable(episode: Episode) -> bool:
    """What the infrastructure broke is no attempt that could succeed or fail."""
    return not isinstance(episode.outcome, InfraError)


class _Filing:
    """A sink that files verdicts instead of storing episodes; a retried attempt replaces the one that broke."""

    def __init__(self, stored: Stored, name: str, file: VerdictFile) -> None:
        self._stored = stored
        self._name = name
        self._file = file
        self.records: dict[str, VerdictRecord] = {}
        self.broken: set[str] = set()

    def add(self, episode: Episode) -> None:
        stored = self._stored.episodes[episode.task.id]
        said = noted(episode)
        verdict = _without_verdict(self._name, episode.outcome) if said is None else said.verdict
        self.broken.discard(stored.id)
        if isinstance(episode.outcome, InfraError):
            self.broken.add(stored.id)
        record = VerdictRecord(episode=stored.id, verdict=verdict, evaluator=evaluator_of(stored), how="replayed")
        self.records[stored.id] = record
        self._file.add(record)


def _without_verdict(name: str, outcome: Outcome) -> Verdict:
    """Of a replay that did not get as far as the verifier."""
    match outcome:
        case InfraError(error=error, message=message, phase=phase):
            return undecided(name, f"the replay broke in {phase}", faults=(f"{error}: {message}",))
        case _:
            return undecided(name, "the replay did not end", faults=(f"VerifierError: {outcome.kind}",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`broken` are the episodes that could not be carried out again for the infrastructure's reasons."""

    records: tuple[VerdictRecord, ...]
    broken: frozenset[str] = frozenset()


async def judge_again(
    stored: Stored,
    verifier: LoadedVerifier,
    file: VerdictFile,
    client: FarmClient,
    template_of: Callable[[Task], TaskTemplate],
    workers: Mapping[Platform, int],
    listeners: Sequence[Listener] = (),
) -> Judged:
    """Carries the episodes out again, one task each, and files what `verifier` says of each.

    Raises:
        CapacityError, TransportError: the farm gives no devices.
        StorageError: a verdict cannot be written.
    """
    episodes = list(stored.episodes.values())
    started = RunStarted(tasks=len(episodes), already=0, devices=sum(workers.values()))
    for listener in listeners:
        listener.on_event(started)
    filing = _Filing(stored, verifier.name, file)
    tasks = [room_for_pauses(episode.task, len(episode.steps)) for episode in episodes]
    async with (
        opened_hook(verifier, template_of, client, case_of=stored.case) as hook,
        FarmSource(client, owner="farm-verify") as source,
    ):
        runner = Runner(
            source,
            EpisodeRunner(ReplayPolicy(stored.episodes.get), template_of, verifier=hook),
            filing,
            workers=workers,
            retries=1,
            listeners=listeners,
        )
        await runner.run([Assignment(task=task) for task in tasks])
    records = tuple(filing.records[episode.id] for episode in episodes)
    return Judged(records=records, broken=frozenset(filing.broken))


async def judge_recorded(stored: Stored, verifier: LoadedVerifier, file: VerdictFile) -> Judged:
    """Judges from the record alone, without a device. Raises StorageError where a verdict cannot be written."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(episode: Episode) -> VerdictRecord:
        async with gate:
            evaluator = evaluator_of(episode)
            try:
                case = await asyncio.to_thread(stored.recorded, episode)
            except DataError as error:
                verdict = undecided(verifier.name, "the record is damaged", faults=(fault_of(error),))
            else:
                verdict = await verifier.verdict(case, None, evaluator)
            record = VerdictRecord(episode=episode.id, verdict=verdict, evaluator=evaluator, how="offline")
            file.add(record)
            return record

    try:
        async with verifier.opened(), asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(episode)) for episode in stored.episodes.values()]
    except BaseExceptionGroup as errors:
        raise first_error(errors) from errors
    return Judged(records=tuple(task.result() for task in tasks))
