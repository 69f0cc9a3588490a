"""One attempt at one task on one leased device, from set-up to verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from device_farm import __version__
from device_farm.device import Device
from device_farm.errors import ActionError, FarmError, PolicyError
from device_farm.types.action import Action, Answer, Terminate, TerminateStatus
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import (
    Episode,
    InfraError,
    Outcome,
    PolicyFailed,
    Provenance,
    Scored,
    Step,
    StopReason,
    TimedOut,
    Undecided,
)
from gui_agent.benchmarks.base import Ending, TaskTemplate
from gui_agent.policies.base import DeviceSpoiledError, OnDevice, Policy, PolicySession
from gui_agent.runner.queue import Assignment
from gui_agent.store.layout import episode_id

ResultT = TypeVar("ResultT")
Phase: TypeAlias = Literal["lease", "set_up", "run", "evaluate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Deadlines of the phases outside the task's own time budget, in seconds."""

    set_up_s: float = 120.0
    evaluate_s: float = 60.0


@dataclass(slots=True)
class _Progress:
    """What an attempt has gathered so far; kept when it breaks."""

    task: Task
    steps: list[Step] = field(default_factory=list)
    phase: Phase = "set_up"
    claimed: TerminateStatus | None = None
    answer: str | None = None
    last: Observation | None = None
    stop: StopReason = "error"
    notes: Mapping[str, JsonValue] = field(default_factory=dict)


class Verifier(Protocol):
    """A second judge, asked while the device is as the attempt left it. `verdict` is what the task's evaluator said.

    Raises as an evaluator does: FarmError, recorded as an infrastructure error.
    """

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided: ...


class Attendance(Verifier, Protocol):
    """A verifier's part in one attempt. It keeps a deadline of its own: a slow one is undecided, not broken."""

    @property
    def notes(self) -> Mapping[str, JsonValue]:
        """What the episode's provenance says of the verdict."""
        ...


@runtime_checkable
class Attending(Protocol):
    """A verifier that must also see the state in which an attempt begins."""

    async def attend(self, device: Device, task: Task) -> Attendance:
        """Called after the set-up, before the first step. Raises as a set-up does."""
        ...


class _PolicyBroke(Exception):
    """Carries an error out of the policy, so that it is not taken for the device's."""

    def __init__(self, outcome: PolicyFailed) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class EpisodeRunner:
    """Runs attempts. `on_step` is told of every step as it is taken; a `verifier` has the last word on the outcome."""

    def __init__(
        self,
        policy: Policy,
        template_of: Callable[[Task], TaskTemplate],
        *,
        limits: Limits | None = None,
        provenance: Mapping[str, JsonValue] | None = None,
        verifier: Verifier | Attending | None = None,
        clock_s: Callable[[], float] = time.perf_counter,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._policy = policy
        self._template_of = template_of
        self._limits = limits or Limits()
        self._extra = dict(provenance or {})
        self._verifier = verifier
        self._clock_s = clock_s
        self._now_s = now_s

    async def run(
        self, device: Device, assignment: Assignment, on_step: Callable[[Step], None] = lambda step: None
    ) -> Episode:
        """The attempt as an episode, whatever happens; only cancellation gets out."""
        started_at_s, begun_s = self._now_s(), self._clock_s()
        progress = _Progress(task=assignment.task)
        outcome = await self._outcome(device, assignment, progress, on_step)
        episode = Episode(
            id=episode_id(assignment.task.id, assignment.attempt),
            task=progress.task,
            steps=tuple(progress.steps),
            outcome=outcome,
            provenance=self._provenance(assignment.task, device, progress.notes),
            stop=progress.stop,
            claimed=progress.claimed,
            answer=progress.answer,
            final=progress.last,
            started_at_s=started_at_s,
            wall_s=self._clock_s() - begun_s,
            attempt=assignment.attempt,
        )
        return await self._torn_down(device, episode)

    async def _torn_down(self, device: Device, episode: Episode) -> Episode:
        """A tear-down that breaks is noted and changes nothing else: the device is reset after it anyway."""
        try:
            async with asyncio.timeout(self._limits.set_up_s):
                await self._template_of(episode.task).tear_down(device, episode)
        except Exception as error:  # noqa: BLE001 - the boundary: recorded, the verdict was given before
            text = f"{type(error).__name__}: {error}"
            extra = {**episode.provenance.extra, "tear_down_error": text}
            return replace(episode, provenance=replace(episode.provenance, extra=extra))
        return episode

    def not_leased(self, assignment: Assignment, error: FarmError) -> Episode:
        """The attempt that found no device."""
        return Episode(
            id=episode_id(assignment.task.id, assignment.attempt),
            task=assignment.task,
            steps=(),
            outcome=InfraError(error=type(error).__name__, message=str(error), phase="lease"),
            provenance=self._provenance(assignment.task, None),
            stop="error",
            started_at_s=self._now_s(),
            attempt=assignment.attempt,
        )

    def _provenance(
        self, task: Task, device: Device | None, notes: Mapping[str, JsonValue] | None = None
    ) -> Provenance:
        return Provenance(
            policy=self._policy.name,
            dialect=self._policy.dialect,
            backend="" if device is None else device.info.backend,
            device_image="" if device is None else device.info.image,
            seed=task.seed,
            code_version=__version__,
            extra={**self._extra, **(notes or {}), "device_id": "" if device is None else device.info.id},
        )

    async def _outcome(
        self, device: Device, assignment: Assignment, progress: _Progress, on_step: Callable[[Step], None]
    ) -> Outcome:
        task = assignment.task
        try:
            template = self._template_of(task)
            async with asyncio.timeout(self._limits.set_up_s):
                progress.task = task = await template.set_up(device, task) or task
                verifier = self._verifier
                attendance = await verifier.attend(device, task) if isinstance(verifier, Attending) else None
            progress.phase = "run"
            assignment = replace(assignment, task=task)
            try:
                async with asyncio.timeout(task.time_budget_s) as budget:
                    await self._play(device, assignment, progress, on_step)
            except TimeoutError:
                if not budget.expired():
                    raise
                progress.stop = "time_budget"
                return TimedOut(budget_s=task.time_budget_s)
            progress.phase = "evaluate"
            async with asyncio.timeout(self._limits.evaluate_s):
                ending = Ending(
                    answer=progress.answer, claimed=progress.claimed, stop=progress.stop, final=progress.last
                )
                outcome = await template.judge(device, task, ending)
                if verifier is not None and not isinstance(verifier, Attending):
                    return await verifier.judge(device, task, progress.steps, ending, outcome)
            if attendance is not None:
                outcome = await attendance.judge(device, task, progress.steps, ending, outcome)
                progress.notes = attendance.notes
            return outcome
        except _PolicyBroke as error:
            progress.stop = "error"
            return error.outcome
        except Exception as error:  # noqa: BLE001 - the boundary: whatever broke is recorded, never scored
            return _infra_error(error, progress)

    async def _play(
        self, device: Device, assignment: Assignment, progress: _Progress, on_step: Callable[[Step], None]
    ) -> None:
        session = await _guarded(_started(self._policy, device, assignment))
        try:
            observation = await device.observe()
            progress.last = observation
            refused = ""
            while len(progress.steps) < assignment.task.max_steps:
                step, observation = await self._step(device, session, progress, observation, refused)
                refused = step.error if step.action is not None else ""
                progress.steps.append(step)
                progress.last = observation
                on_step(step)
                if isinstance(step.action, Terminate):
                    progress.stop = "terminated"
                    return
            progress.stop = "step_budget"
        finally:
            await _guarded(session.close())

    async def _step(
        self, device: Device, session: PolicySession, progress: _Progress, observation: Observation, refused: str
    ) -> tuple[Step, Observation]:
        begun_s = self._clock_s()
        decision = await _guarded(session.decide(observation, refused=refused))
        decided_s = self._clock_s()
        error, after = decision.error, observation
        if decision.action is not None:
            _note_claims(decision.action, progress)
            try:
                after = await _carry_out(device, decision.action, observation)
            except ActionError as refusal:
                error = str(refusal)
                after = with_known_pixels(await device.observe(_request(observation)), observation)
        step = Step(
            index=len(progress.steps),
            observation=observation,
            action=decision.action,
            turn=decision.turn,
            error=error,
            decide_ms=(decided_s - begun_s) * 1000,
            act_ms=(self._clock_s() - decided_s) * 1000,
            review=decision.review,
            lookahead=decision.lookahead,
        )
        return step, after


async def _started(policy: Policy, device: Device, assignment: Assignment) -> PolicySession:
    if isinstance(policy, OnDevice):
        return await policy.start_on(device, assignment.task, attempt=assignment.attempt)
    return await policy.start(assignment.task, device.info, attempt=assignment.attempt)


def _infra_error(error: Exception, progress: _Progress) -> Outcome:
    name, message = type(error).__name__, str(error) or repr(error)
    if isinstance(error, TimeoutError):
        name, message = "DeadlineError", f"{progress.phase} did not finish before its deadline"
    if progress.phase == "run":
        progress.stop = "error"
    return InfraError(error=name, message=message, phase=progress.phase)


def _note_claims(action: Action, progress: _Progress) -> None:
    match action:
        case Answer(text=text):
            progress.answer = text
        case Terminate(status=status, reason=reason):
            progress.claimed = status
            # Dialects that end and answer in one action (UI-TARS `finished`) put the answer there.
            if progress.answer is None and reason and status == "success":
                progress.answer = reason


async def _carry_out(device: Device, action: Action, before: Observation) -> Observation:
    match action:
        case Answer() | Terminate():
            return before
        case _:
            return with_known_pixels(await device.act_and_observe(action, _request(before)), before)


def _request(before: Observation) -> ObserveRequest:
    known = before.screenshot.digest if before.screenshot is not None else ""
    return ObserveRequest(known_digest=known)


def with_known_pixels(observation: Observation, before: Observation) -> Observation:
    """`observation` with the pixels of `before` where the device left them out as known."""
    new, old = observation.screenshot, before.screenshot
    if new is None or new.data is not None or old is None or old.digest != new.digest:
        return observation
    return replace(observation, screenshot=replace(new, data=old.data))


async def _guarded(call: Awaitable[ResultT]) -> ResultT:
    """Awaits a call into the policy; whatever it raises is the policy's failure, except that the device is spoilt."""
    try:
        return await call
    except DeviceSpoiledError:
        raise
    except PolicyError as error:
        raise _PolicyBroke(PolicyFailed(error=type(error).__name__, message=str(error))) from error
    except Exception as error:
        failed = PolicyFailed(error=type(error).__name__, message=str(error) or repr(error))
        raise _PolicyBroke(failed) from error
