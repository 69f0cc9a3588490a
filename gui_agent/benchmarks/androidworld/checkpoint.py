"""An episode under the field names of AndroidWorld's checkpoints: its `EpisodeConstants`, and its agents' step data."""

from __future__ import annotations

from typing import Any, assert_never

from device_farm.types.action import Action
from device_farm.types.codec.json import encode
from device_farm.types.trajectory import Episode, InfraError, PolicyFailed, Scored, Step, TimedOut, Undecided
from gui_agent.store.layout import episode_id


def group_name(template: str, instance: int) -> str:
    """The file's name without its ending, as AndroidWorld's suite names it."""
    return f"{template}_{instance}"


def to_checkpoint(episode: Episode, *, instance: int, finished_s: float) -> dict[str, Any]:
    """What AndroidWorld's runner stores of an episode, as JSON; `finish_dtime` is Unix seconds.

    Screens stay in the run folder: a step names its own by content digest.
    """
    error = _exception(episode)
    stored: dict[str, Any] = {
        "goal": episode.task.goal,
        "task_template": episode.task.template,
        "instance_id": instance,
        "is_successful": _success(episode),
        "run_time": episode.wall_s,
        "finish_dtime": finished_s,
        "agent_name": episode.provenance.policy,
        "episode_length": len(episode.steps),
        "episode_data": _columns([_step(step) for step in episode.steps]),
        "screen_config": _screen(episode),
        "exception_info": error,
        "seed": episode.task.params.get("seed"),
        "aux_data": {
            "episode": episode_id(episode.task.id, episode.attempt),
            "outcome": episode.outcome.kind,
            "stop": episode.stop,
            "answer": episode.answer,
            "claimed": episode.claimed,
        },
    }
    return stored


def _success(episode: Episode) -> float:
    """The reward. An agent that ran out of time or broke has failed, as it has in AndroidWorld."""
    return episode.outcome.reward if isinstance(episode.outcome, Scored) else 0.0


def _exception(episode: Episode) -> str | None:
    """What AndroidWorld keeps out of its averages: a broken set-up or verdict, never the agent's failure."""
    match episode.outcome:
        case InfraError(error=error, message=message, phase=phase):
            return f"{phase}: {error}: {message}"
        case Undecided(reason=reason):
            return reason
        case Scored() | TimedOut() | PolicyFailed():
            return None
        case _:
            assert_never(episode.outcome)


def _step(step: Step) -> dict[str, Any]:
    shot = step.observation.screenshot
    return {
        "step_number": step.index,
        "action_output": "" if step.turn is None else step.turn.text,
        "action_reason": "" if step.turn is None else step.turn.thought,
        "action_output_json": None if step.action is None else encode(step.action, Action),
        "summary": step.error,
        "screenshot_digest": "" if shot is None else shot.digest,
        "latency_sec": (step.decide_ms + step.act_ms) / 1000,
    }


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """A list for each field, as AndroidWorld's episode runner turns its steps."""
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else {"step_number": None})}


def _screen(episode: Episode) -> dict[str, Any]:
    seen = episode.final or (episode.steps[0].observation if episode.steps else None)
    if seen is None:
        return {"width": 1080, "height": 2400, "orientation": "portrait", "config_name": "default"}
    return {
        "width": seen.screen.width,
        "height": seen.screen.height,
        "orientation": seen.orientation,
        "config_name": "default",
    }
