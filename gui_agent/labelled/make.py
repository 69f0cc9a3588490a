"""Makes the labelled set: plays every attempt on a device, reads the state it leaves, and labels it by that."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from device_farm.device import Device, DeviceInfo
from device_farm.errors import FarmError
from device_farm.types.action import Action, Terminate, Wait
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, Outcome, Scored, Step, Undecided
from gui_agent.benchmarks.base import Ending, Suite
from gui_agent.labelled.episode import Label, LabelledEpisode
from gui_agent.labelled.plan import Attempt, experts, others
from gui_agent.labelled.state import Facts, StateReader, differences, digest_of, shortened
from gui_agent.policies.base import LocalPolicy, PolicySession
from gui_agent.policies.expert import ExpertSession
from gui_agent.policies.mini import MiniPolicy
from gui_agent.policies.random import RandomPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.failures import first_error
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import HOPELESS
from gui_agent.runner.source import DeviceSource

_TRIES = 3


@dataclass(slots=True)
class Making:
    """The episodes made so far, and the attempts that no device could finish, each with its reason."""

    episodes: list[LabelledEpisode] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)


class _Player(LocalPolicy):
    """Plays each task by its attempt's script, or by the policy that its kind names."""

    name = "labelled"

    def __init__(self, attempts: Sequence[Attempt], actions: Mapping[str, int], seed: int) -> None:
        self._attempts = {attempt.task.id: attempt for attempt in attempts}
        self._actions = actions
        self._random = RandomPolicy(seed)
        self._mini = MiniPolicy() if any(attempt.kind == "mini" for attempt in attempts) else None

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> PolicySession:
        wanted = self._attempts[task.id]
        if wanted.script is not None:
            return ExpertSession(wanted.script(self._actions.get(wanted.origin.id, 0)))
        if wanted.kind == "mini" and self._mini is not None:
            return await self._mini.start(task, info)
        return await self._random.start(task, info)


class _Witness:
    """Reads the state that an attempt leaves; the evaluator's verdict stands."""

    def __init__(self) -> None:
        self._reader = StateReader()
        self.states: dict[str, Facts] = {}

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided:
        self.states[task.id] = await self._reader.read(device)
        return verdict


async def make_labelled(
    source: DeviceSource,
    suite: Suite,
    platform: Platform,
    *,
    workers: int,
    seed: int = 0,
    told: Callable[[str, int], None] = lambda part, done: None,
) -> Making:
    """Every attempt of the plan on one platform, `workers` devices at once.

    Raises:
        CapacityError, TransportError: the farm gives no devices.
    """
    studio = _Studio(source=source, suite=suite, workers=workers, seed=seed, told=told)
    first, rest = experts(suite, platform, seed), others(suite, platform, seed)
    played = await studio.play("experts", first, {})
    made = Making()
    ends: dict[str, Facts] = {}
    lengths: dict[str, int] = {}
    for attempt, episode in zip(first, played, strict=True):
        if not isinstance(episode.outcome, Scored) or episode.outcome.reward < 1:
            made.broken.append((attempt.task.id, f"the expert failed: {_why_not(episode.outcome)}"))
            continue
        ends[attempt.origin.id] = studio.witness.states[attempt.task.id]
        lengths[attempt.origin.id] = sum(not isinstance(step.action, Wait | Terminate) for step in episode.steps)
    # Without the state that the expert leaves there is nothing to compare with.
    rest = [attempt for attempt in rest if attempt.origin.id in ends]
    played += await studio.play("others", rest, lengths)
    for attempt, episode in zip([*first, *rest], played, strict=True):
        if attempt.origin.id not in ends:
            continue
        if not isinstance(episode.outcome, Scored):
            made.broken.append((attempt.task.id, _why_not(episode.outcome)))
            continue
        left = studio.witness.states[attempt.task.id]
        label = label_of(episode.outcome, differences(left, ends[attempt.origin.id]), digest_of(left))
        made.episodes.append(_labelled(attempt, episode, label))
    return made


def label_of(verdict: Scored, changes: tuple[str, ...], state: str) -> Label:
    """The truth: the task's own evaluator holds, and nothing differs from what the expert alone leaves.

    A failure of the evaluator is taken at its word; a success of it is not, since evaluators look at what a task asks
    for and not at what else was done.
    """
    if verdict.reward < 1:
        return Label(success=False, why=_why_not(verdict), reward=verdict.reward, state=state)
    if changes:
        why = f"done, but also changed: {shortened(changes, 1)[0]}"
        return Label(success=False, why=why, reward=verdict.reward, state=state, extra=shortened(changes))
    return Label(success=True, why="every probe holds; the state is the expert's", reward=verdict.reward, state=state)


def _why_not(outcome: Outcome) -> str:
    """Why this is no success, in a line."""
    if not isinstance(outcome, Scored):
        return getattr(outcome, "message", "") or outcome.kind
    broken = next((piece for piece in outcome.evidence if not piece.holds), None)
    if broken is None:
        return "the evaluator's probes do not all hold"
    return f"{broken.probe}: found {broken.observed[:120]}, expected {broken.expected[:120]}"


def _labelled(attempt: Attempt, episode: Episode, label: Label) -> LabelledEpisode:
    steps = [step for step in episode.steps if step.action is not None]
    desktop = episode.task.platform == "desktop"
    return LabelledEpisode(
        id=attempt.task.id,
        suite=attempt.task.suite,
        template=attempt.task.template,
        seed=attempt.task.seed,
        params=attempt.origin.params,
        platform=attempt.task.platform,
        kind=attempt.kind,
        note=attempt.note,
        actions=tuple(_known(step.action) for step in steps),
        label=label,
        fronts=tuple(step.observation.foreground for step in steps) if desktop else (),
    )


def _known(action: Action | None) -> Action:
    assert action is not None
    return action


@dataclass(slots=True, kw_only=True)
class _Studio:
    """Devices and what is seen on them."""

    source: DeviceSource
    suite: Suite
    workers: int
    seed: int
    told: Callable[[str, int], None]
    witness: _Witness = field(default_factory=_Witness)

    async def play(self, part: str, attempts: Sequence[Attempt], lengths: Mapping[str, int]) -> list[Episode]:
        """The attempts as episodes, in their order; one that the infrastructure broke is tried again."""
        policy = _Player(attempts, lengths, self.seed)
        runner = EpisodeRunner(policy, lambda task: self.suite.template(task.template), verifier=self.witness)
        done: dict[str, Episode] = {}
        waiting = deque((attempt, 1) for attempt in attempts)

        async def work() -> None:
            while waiting:
                attempt, number = waiting.popleft()
                episode = await self._played(runner, Assignment(task=attempt.task))
                if episode.outcome.kind == "infra_error" and number < _TRIES:
                    waiting.append((attempt, number + 1))
                    continue
                # Screens are of no use here and would fill the memory.
                done[attempt.task.id] = replace(episode, steps=tuple(map(_without_screen, episode.steps)), final=None)
                self.told(part, len(done))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.workers, len(attempts))):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise first_error(errors) from errors
        return [done[attempt.task.id] for attempt in attempts]

    async def _played(self, runner: EpisodeRunner, assignment: Assignment) -> Episode:
        """The attempt, as one that the infrastructure broke where no device came for it this time."""
        try:
            async with self.source.lease(assignment.task.platform) as device:
                return await runner.run(device, assignment)
        except HOPELESS:
            raise
        except FarmError as error:
            return runner.not_leased(assignment, error)


def _without_screen(step: Step) -> Step:
    return replace(step, observation=replace(step.observation, screenshot=None, ui_tree=None))
