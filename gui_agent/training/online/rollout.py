"""From an attempt on a device to a rollout to learn from."""

from __future__ import annotations

from typing import assert_never

from device_farm.types.trajectory import Episode, InfraError, PolicyFailed, Scored, TimedOut, Undecided
from gui_agent.rl.types import Rollout, RolloutEnd, RolloutStep
from gui_agent.runner.journal import reason_of


def rollout_of(task_id: str, episode: Episode, sampled: tuple[RolloutStep, ...]) -> Rollout:
    """Only a scored attempt has a reward; every other is masked from training, and says why.

    `sampled` may hold one reply more than the episode has steps: the one whose action broke the device.
    """
    end, error = _end(episode)
    outcome = episode.outcome
    return Rollout(
        task_id=task_id,
        steps=sampled,
        end=end,
        outcome_reward=outcome.reward if isinstance(outcome, Scored) else None,
        error=error,
    )


def _end(episode: Episode) -> tuple[RolloutEnd, str]:
    outcome = episode.outcome
    match outcome:
        case Scored():
            return ("finished" if episode.stop == "terminated" else "step_budget"), ""
        case Undecided():
            return "undecided", reason_of(outcome)
        case InfraError():
            return "infra_error", reason_of(outcome)
        case TimedOut():
            return "timeout", reason_of(outcome)
        case PolicyFailed():
            return "policy_error", reason_of(outcome)
        case _:
            assert_never(outcome)
