"""The line that `metrics.jsonl` gets for every stored episode."""

from __future__ import annotations

from typing import Any

from device_farm.types.trajectory import Episode, Scored


def episode_metrics(episode: Episode) -> dict[str, Any]:
    """Flat figures of one episode; times in the units that their names end with."""
    decide_ms = sum(step.decide_ms for step in episode.steps)
    act_ms = sum(step.act_ms for step in episode.steps)
    tokens = [step.turn for step in episode.steps if step.turn is not None]
    return {
        "episode": episode.id,
        "task": episode.task.id,
        "template": episode.task.template,
        "attempt": episode.attempt,
        "outcome": episode.outcome.kind,
        "reward": episode.outcome.reward if isinstance(episode.outcome, Scored) else None,
        "stop": episode.stop,
        "claimed": episode.claimed,
        "steps": len(episode.steps),
        "started_at_s": episode.started_at_s,
        "wall_s": episode.wall_s,
        "decide_ms": decide_ms,
        "act_ms": act_ms,
        "prompt_tokens": sum(turn.prompt_tokens or 0 for turn in tokens),
        "completion_tokens": sum(turn.completion_tokens or 0 for turn in tokens),
    }
