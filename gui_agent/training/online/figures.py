"""What an update of online RL says of the episodes that it learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gui_agent.rl.samples import GroupSamples, is_trained
from gui_agent.rl.selection import Selection
from gui_agent.rl.types import Group, Rollout, RolloutEnd
from gui_agent.training.online.ledger import age

MASKED: tuple[RolloutEnd, ...] = ("undecided", "timeout", "infra_error", "policy_error")


@dataclass(slots=True)
class Counts:
    """Since the last update. `retried` attempts were broken by the infrastructure and made again; `stale` rollouts were
    too old, and so were all of `dropped` groups; `wall_s` are the seconds of each episode.
    """

    retried: int = 0
    stale: int = 0
    dropped: int = 0
    wall_s: list[float] = field(default_factory=list)

    def cleared(self) -> Counts:
        """What was counted; counting begins anew."""
        said = Counts(self.retried, self.stale, self.dropped, self.wall_s)
        self.retried = self.stale = self.dropped = 0
        self.wall_s = []
        return said


def figures(
    groups: Sequence[Group], chosen: Selection[GroupSamples], counts: Counts, version: int, *, waiting: int
) -> dict[str, float]:
    """`reward` is the mean verdict, `success` the share of verdicts of 1; both over scored rollouts alone.

    `staleness` is the mean age of rollouts in versions, `waiting` how many are over and wait for a later update.
    """
    rollouts = [rollout for group in groups for rollout in group.rollouts]
    used = [rollout for rollout in rollouts if is_trained(rollout)]
    steps = [step for rollout in used for step in rollout.steps]
    rewards = [rollout.outcome_reward or 0.0 for rollout in used]
    ages = [age(rollout, version) for rollout in used]
    return {
        "reward": _mean(rewards),
        "success": _mean([float(reward >= 1.0) for reward in rewards]),
        "rollouts": len(rollouts),
        "steps": _mean([len(rollout.steps) for rollout in used]),
        "reply_tokens": _mean([len(step.completion.token_ids) for step in steps]),
        "unreadable_replies": _mean([float(not step.match.format) for step in steps]),
        "groups": len(groups),
        "groups_kept": len(chosen.kept),
        "groups_equal": chosen.equal,
        **{f"masked_{end}": _count(rollouts, end) for end in MASKED},
        "attempts_retried": counts.retried,
        "staleness": _mean(ages),
        "staleness_max": max(ages, default=0),
        "stale_rollouts": counts.stale,
        "stale_groups": counts.dropped,
        "waiting": waiting,
        "episode_wall_s": _mean(counts.wall_s),
    }


def _count(rollouts: Sequence[Rollout], end: RolloutEnd) -> int:
    return sum(rollout.end == end for rollout in rollouts)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
