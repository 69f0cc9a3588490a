"""Re-executes stored episodes on fresh devices, and says how the outcome differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from device_farm.client import FarmClient
from device_farm.types.observation import Observation, Screenshot
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, Scored
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.replay import ReplayPolicy, replayed_steps, room_for_pauses
from gui_agent.runner.changed import changed_box, decode_image
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.events import Listener, RunStarted
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.verification.record import evaluator_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One episode against its replay. `first_difference` is the step whose screen differs first, None for none.

    `reward_then` and `reward_now` are None where there was no verdict; `problem` says why the replay has none.
    """

    episode_id: str
    steps: int
    screens: int
    same_screens: int
    first_difference: int | None
    reward_then: float | None
    reward_now: float | None
    problem: str = ""

    @property
    def rewards_agree(self) -> bool:
        return self.reward_now is not None and self.reward_then == self.reward_now

    @property
    def screens_agree(self) -> bool:
        return self.screens == self.same_screens


def replayable(episode: Episode) -> bool:
    """Only a scored episode has a reward to compare; the others broke for reasons that a replay does not have."""
    return isinstance(evaluator_of(episode), Scored)


def compare(stored: Episode, again: Episode, pixels: Callable[[Screenshot], bytes]) -> Comparison:
    """Screens, step by step, and the evaluator's rewards. Steps without an action (unreadable replies) are left out.

    Screens are equal when their digests are, or else when they decode to the same pixels: an encoder may write the
    same picture in more than one way. `pixels` reads a stored screen.
    """
    then = [step.observation for step in replayed_steps(stored)]
    now = [step.observation for step in replayed_steps(again)]
    then, now = _with_final(then, stored), _with_final(now, again)
    equal = [_same(one.screenshot, other.screenshot, pixels) for one, other in zip(then, now, strict=False)]
    equal += [False] * abs(len(then) - len(now))
    reward_now = again.outcome.reward if isinstance(again.outcome, Scored) else None
    then_said = evaluator_of(stored)
    message = getattr(again.outcome, "message", again.outcome.kind)
    return Comparison(
        episode_id=stored.id,
        steps=len(stored.steps),
        screens=len(equal),
        same_screens=sum(equal),
        first_difference=equal.index(False) if False in equal else None,
        reward_then=then_said.reward if isinstance(then_said, Scored) else None,
        reward_now=reward_now,
        problem="" if reward_now is not None else f"{again.outcome.kind}: {message}",
    )


def _same(stored: Screenshot | None, again: Screenshot | None, pixels: Callable[[Screenshot], bytes]) -> bool:
    if stored is None or again is None:
        return stored is again
    if stored.digest == again.digest:
        return True
    one, other = decode_image(pixels(stored)), decode_image(again.data or b"")
    return one is not None and other is not None and changed_box(one, other).area == 0


def _with_final(screens: list[Observation], episode: Episode) -> list[Observation]:
    return screens if episode.final is None else [*screens, episode.final]


class _Comparer:
    """A sink that compares instead of storing."""

    def __init__(self, stored: dict[str, Episode], pixels: Callable[[Screenshot], bytes]) -> None:
        self._stored = stored
        self._pixels = pixels
        self.comparisons: dict[str, Comparison] = {}

    def add(self, episode: Episode) -> None:
        # A retried attempt replaces the comparison of the one that broke.
        stored = self._stored[episode.task.id]
        self.comparisons[stored.id] = compare(stored, episode, self._pixels)


async def replay_all(
    episodes: Sequence[Episode],
    client: FarmClient,
    template_of: Callable[[Task], TaskTemplate],
    workers: dict[Platform, int],
    pixels: Callable[[Screenshot], bytes],
    listeners: Sequence[Listener] = (),
) -> list[Comparison]:
    """Comparisons in the order of `episodes`, one a task.

    Raises:
        CapacityError, TransportError: the farm gives no devices.
    """
    stored = {episode.task.id: episode for episode in episodes}
    comparer = _Comparer(stored, pixels)
    started = RunStarted(tasks=len(stored), already=0, devices=sum(workers.values()))
    for listener in listeners:
        listener.on_event(started)
    tasks = [room_for_pauses(episode.task, len(episode.steps)) for episode in stored.values()]
    async with FarmSource(client, owner="farm-replay") as source:
        episodes_again = EpisodeRunner(ReplayPolicy(stored.get), template_of)
        runner = Runner(source, episodes_again, comparer, workers=workers, retries=1, listeners=listeners)
        await runner.run([Assignment(task=task) for task in tasks])
    return [comparer.comparisons[episode.id] for episode in stored.values()]
