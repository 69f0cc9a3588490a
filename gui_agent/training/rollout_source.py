"""Samples out of rollouts of the policy itself: groups, advantages, dynamic sampling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from device_farm.errors import ConfigError, PolicyError
from gui_agent.rl.samples import AdvantageSettings, GroupSamples, is_trained, train_samples
from gui_agent.rl.selection import ETA, REFILLS_MAX, Selection, enough, select
from gui_agent.rl.types import Group
from gui_agent.training.distributed.team import SOLO, Team, team_map
from gui_agent.training.source import Cycle, Supply

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """`tasks` groups an update, chosen by the spread of their advantages after at most `refills` refills.

    The ranks of `team` roll out each its share, and all learn of all groups.
    """

    tasks: int
    seed: int
    eta: float = ETA
    refills: int = REFILLS_MAX
    team: Team = SOLO


class RolloutSource(Generic[T]):
    """Each update rolls out tasks, refills until enough groups disagree, and learns from those of widest spread.

    `roll_out` makes the group of one task under the given policy version; its last argument says how often this update
    has tried the task before, so that a task that comes again where there are few gives other replies.
    """

    def __init__(
        self,
        tasks: Sequence[T],
        roll_out: Callable[[T, int, int], Awaitable[Group]],
        advantages: AdvantageSettings,
        settings: BatchSettings,
    ) -> None:
        """Raises DataError for no task at all."""
        self._tasks = tasks
        self._roll_out = roll_out
        self._advantages = advantages
        self._settings = settings
        self._cycle = Cycle(len(tasks), settings.seed)

    async def next(self, policy_version: int) -> Supply:
        """Raises PolicyError where every rollout broke off, ConfigError where no reply came with its tokens."""
        wanted, eta = self._settings.tasks, self._settings.eta
        groups: list[Group] = []
        weighed: list[GroupSamples] = []
        tried = Counter[int]()
        refills = -1
        while refills < self._settings.refills:
            refills += 1
            passing = sum(one.spread > eta for one in weighed)
            fresh = await self._groups(wanted - passing, policy_version, tried)
            groups += fresh
            weighed += [train_samples(group, self._advantages) for group in fresh]
            check_usable(groups, weighed)
            if enough([one.spread for one in weighed], wanted, eta):
                break
        chosen = select(weighed, [one.spread for one in weighed], wanted, eta)
        samples = tuple(sample for one in chosen.kept for sample in one.samples)
        return Supply(samples=samples, figures={**_figures(groups, weighed, chosen), "refills": refills})

    async def _groups(self, count: int, version: int, tried: Counter[int]) -> list[Group]:
        async def group_of(task: tuple[int, int]) -> Group:
            number, again = task
            return await self._roll_out(self._tasks[number], version, again)

        chosen: list[tuple[int, int]] = []
        for number in self._cycle.take(count):
            chosen.append((number, tried[number]))
            tried[number] += 1
        return await team_map(self._settings.team, group_of, chosen)

    def state(self) -> dict[str, Any]:
        return {"taken": self._cycle.taken}

    def restore(self, state: dict[str, Any]) -> None:
        self._cycle.taken = int(state["taken"])


def check_usable(groups: Sequence[Group], weighed: Sequence[GroupSamples]) -> None:
    """Raises PolicyError where every rollout broke off, ConfigError where no reply came with its tokens.

    Episodes that nobody could judge, or that ran out of time, are no fault of the run: an update of them is skipped.
    """
    rollouts = [rollout for group in groups for rollout in group.rollouts]
    if not any(is_trained(rollout) for rollout in rollouts):
        if any(rollout.end in ("undecided", "timeout") for rollout in rollouts):
            return
        last = next((rollout.error for rollout in reversed(rollouts) if rollout.error), "no reason given")
        raise PolicyError(f"all {len(rollouts)} rollouts of the update broke off, the last: {last}", field="policy")
    if not any(one.samples for one in weighed):
        fix = "let it return token ids and log-probabilities"
        raise ConfigError("the model sends replies without their tokens, so there is nothing to train on", fix=fix)


def _figures(
    groups: Sequence[Group], weighed: Sequence[GroupSamples], chosen: Selection[GroupSamples]
) -> dict[str, float]:
    rollouts = [rollout for group in groups for rollout in group.rollouts]
    used = [rollout for rollout in rollouts if is_trained(rollout)]
    steps = [step for rollout in used for step in rollout.steps]
    return {
        "reward": sum(step.reward for step in steps) / len(steps),
        "matched": sum(step.match.exact for step in steps) / len(steps),
        "progress": sum(_progress(len(rollout.steps), rollout.length) for rollout in used) / len(used),
        "groups": len(groups),
        "groups_kept": len(chosen.kept),
        "groups_below": chosen.below,
        "groups_equal": chosen.equal,
        "rollouts_masked": len(rollouts) - len(used),
        "steps_without_tokens": sum(one.without_tokens for one in weighed),
        "tokens_bad": sum(one.bad_tokens for one in weighed),
        "patched": sum(step.patched is not None for step in steps) / len(steps),
    }


def _progress(reached: int, length: int) -> float:
    return reached / length if length else 0.0
