"""Verifiers measured: labelled episodes done again on devices, every verifier asked of each."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from device_farm.device import Device
from device_farm.errors import DataError, FarmError
from device_farm.types.codec.json import decode, dumps_value, encode
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Scored, Step, Undecided
from gui_agent.benchmarks.base import Ending, Suite
from gui_agent.labelled.episode import LabelledEpisode
from gui_agent.labelled.replay import LabelledReplay, case_of_replay, replay_task
from gui_agent.labelled.state import StateReader, digest_of
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.failures import first_error
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import HOPELESS
from gui_agent.runner.source import DeviceSource
from gui_agent.store.files import LocalFiles, storage_errors
from gui_agent.store.lines import append_line, mend, read_lines
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.scene import ReplayedScene, SnapshotScene, keep_start
from verifier.scene import Scene
from verifier.verdict import Verdict

_TRIES: Final = 2
_REPLAY_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was found of one labelled episode. `reward` is what its evaluator gave this time.

    `problem` says why there are no verdicts: the replay broke, or led elsewhere than the labelled attempt. `digest` is
    that of the labelled episode: another one under the same id is done anew.
    """

    episode: str
    digest: str
    reward: float | None
    verdicts: tuple[Verdict, ...] = ()
    problem: str = ""


def digest_of_episode(episode: LabelledEpisode) -> str:
    """16 hex digits over all that the episode says."""
    return hashlib.sha256(dumps_value(encode(episode)).encode("ascii")).hexdigest()[:16]


class HeardFile:
    """What was found so far, a line an episode, so that a bench that was stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = LocalFiles()

    def read(self) -> list[Heard]:
        """Raises DataError that names the line."""
        heard: list[Heard] = []
        for number, line in enumerate(read_lines(self._path), start=1):
            try:
                heard.append(decode(Heard, line))
            except DataError as error:
                fix = "choose another folder with --out"
                raise DataError(f"{self._path} line {number}: {error.message}", field=error.field, fix=fix) from error
        return heard

    def begin(self) -> None:
        """Makes the folder, and mends a torn last line. Raises StorageError where the disk does not let it."""
        with storage_errors(self._path, again=""):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            mend(self._path)

    def add(self, heard: Heard) -> None:
        document = encode(heard)
        assert isinstance(document, dict)
        with storage_errors(self._path, again=""):
            append_line(self._files, self._path, document)


class _Court:
    """An `Attending` of the episode runner that asks every verifier, one after the other, of the same scene.

    None of them is asked of an attempt that left another state than the labelled one, and none may change that state.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.verdicts: tuple[Verdict, ...] = ()
        self.problem = ""

    async def attend(self, device: Device, task: Task) -> _Sitting:
        return _Sitting(self, copies=await keep_start(device))


class _Sitting:
    def __init__(self, court: _Court, *, copies: bool) -> None:
        self._court = court
        self._copies = copies

    @property
    def notes(self) -> Mapping[str, JsonValue]:
        """Nothing: the verdicts are kept by the bench."""
        return {}

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided:
        bench = self._court.bench
        episode = bench.by_id[task.id]
        if digest_of(await bench.reader.read(device)) != episode.label.state:
            self._court.problem = "it left another state than the labelled attempt"
            return verdict
        case = await asyncio.to_thread(case_of_replay, episode, task, steps, ending.final)
        scene: Scene = SnapshotScene(device) if self._copies else bench.replayed(device, task, case.steps, ending)
        self._court.verdicts = tuple([await verifier.verdict(case, scene, verdict) for verifier in bench.verifiers])
        if digest_of(await bench.reader.read(device)) != episode.label.state:
            self._court.problem = "a verifier changed the device"
        return verdict


@dataclass(slots=True, kw_only=True)
class Bench:
    """`second` gives a further device where a device cannot copy itself; None: there is none."""

    source: DeviceSource
    suite: Suite
    episodes: Sequence[LabelledEpisode]
    verifiers: Sequence[LoadedVerifier]
    second: Callable[[Platform], AbstractAsyncContextManager[Device]] | None = None
    by_id: Mapping[str, LabelledEpisode] = field(init=False)
    reader: StateReader = field(default_factory=StateReader)

    def __post_init__(self) -> None:
        self.by_id = {episode.id: episode for episode in self.episodes}

    def replayed(self, device: Device, task: Task, steps: Sequence[Step], ending: Ending) -> ReplayedScene:
        """The scene of a device that cannot be copied."""
        second = self.second
        return ReplayedScene(
            device,
            lease=None if second is None else lambda: second(task.platform),
            set_up=lambda other: self.suite.template(task.template).set_up(other, task),
            steps=steps,
            final=ending.final,
        )

    async def run(
        self,
        workers: Mapping[Platform, int],
        done: Iterable[Heard] = (),
        told: Callable[[Heard], None] = lambda _: None,
    ) -> list[Heard]:
        """All episodes, those in `done` as they are; `told` of every new one, in the order of their ends.

        Raises:
            CapacityError, TransportError: the farm gives no devices.
        """
        known = {(heard.episode, heard.digest): heard for heard in done}
        keys = {episode.id: (episode.id, digest_of_episode(episode)) for episode in self.episodes}
        found = {name: known[key] for name, key in keys.items() if key in known}
        try:
            async with asyncio.TaskGroup() as group:
                for platform, count in workers.items():
                    left = [one for one in self.episodes if one.platform == platform and one.id not in found]
                    waiting = deque((episode, 1) for episode in left)
                    for _ in range(min(count, len(left))):
                        group.create_task(self._work(waiting, found, told))
        except BaseExceptionGroup as errors:
            raise first_error(errors) from errors
        return [found[episode.id] for episode in self.episodes if episode.id in found]

    async def _work(
        self, waiting: deque[tuple[LabelledEpisode, int]], found: dict[str, Heard], told: Callable[[Heard], None]
    ) -> None:
        while waiting:
            episode, number = waiting.popleft()
            heard = await self._leased(episode)
            if heard.problem and number < _TRIES:
                waiting.append((episode, number + 1))
                continue
            found[episode.id] = heard
            told(heard)

    async def _leased(self, episode: LabelledEpisode) -> Heard:
        try:
            async with self.source.lease(episode.platform) as device:
                return await self._one(device, episode)
        except HOPELESS:
            raise
        except FarmError as error:
            digest, problem = digest_of_episode(episode), f"no device came: {error}"
            return Heard(episode=episode.id, digest=digest, reward=None, problem=problem)

    async def _one(self, device: Device, episode: LabelledEpisode) -> Heard:
        court = _Court(self)
        runner = EpisodeRunner(
            LabelledReplay([episode]), lambda task: self.suite.template(task.template), verifier=court
        )
        task = replay_task(episode, self.suite)
        played = await runner.run(device, Assignment(task=replace(task, time_budget_s=_REPLAY_S)))
        outcome, digest = played.outcome, digest_of_episode(episode)
        if not isinstance(outcome, Scored):
            message = getattr(outcome, "message", "") or outcome.kind
            return Heard(episode=episode.id, digest=digest, reward=None, problem=f"{outcome.kind}: {message}")
        problem = court.problem
        if (outcome.reward >= 1) is not (episode.label.reward >= 1):
            problem = f"its evaluator gave {episode.label.reward:g} then, {outcome.reward:g} now"
        verdicts = () if problem else court.verdicts
        return Heard(episode=episode.id, digest=digest, reward=outcome.reward, verdicts=verdicts, problem=problem)


@asynccontextmanager
async def all_opened(verifiers: Sequence[LoadedVerifier]) -> AsyncIterator[list[LoadedVerifier]]:
    """The verifiers with their models ready. Raises PolicyError where a model cannot be opened."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(verifier.opened()) for verifier in verifiers]
