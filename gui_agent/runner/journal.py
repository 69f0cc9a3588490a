"""Writes what happens during a run to `events.jsonl`."""

from __future__ import annotations

from device_farm.types.trajectory import InfraError, PolicyFailed, Scored, TimedOut, Undecided
from gui_agent.runner.events import AttemptEnded, AttemptStarted, DeviceTrouble, RunEvent, RunStarted, StepTaken
from gui_agent.store.writer import RunWriter
from verifier.verdict import VERDICT_OF

_WIDEST = 300
"""Characters of a verifier's reason; the whole of it is with the episode."""


class Journal:
    """A listener; steps are left out, they are in the episodes."""

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer

    def on_event(self, event: RunEvent) -> None:
        match event:
            case RunStarted(tasks=tasks, already=already, devices=devices):
                self._writer.event("run_started", tasks=tasks, already=already, devices=devices)
            case AttemptStarted(device_id=device_id, task_id=task_id, attempt=attempt):
                self._writer.event("attempt_started", device=device_id, task=task_id, attempt=attempt)
            case AttemptEnded(device_id=device_id, episode=episode, retried=retried):
                self._writer.event(
                    "attempt_ended",
                    device=device_id,
                    task=episode.task.id,
                    episode=episode.id,
                    attempt=episode.attempt,
                    outcome=episode.outcome.kind,
                    reason=reason_of(episode.outcome),
                    retried=retried,
                )
            case DeviceTrouble(error=error):
                self._writer.event("device_trouble", reason=error)
            case StepTaken():
                return


def reason_of(outcome: Scored | Undecided | InfraError | TimedOut | PolicyFailed) -> str:
    """Why an episode ended as it did, in one line."""
    match outcome:
        case Scored(reward=reward, evidence=evidence):
            failed = [piece.probe for piece in evidence if not piece.holds]
            if failed and evidence[0].probe.startswith(VERDICT_OF):
                # The rest is what the verifier rests on; its own word says which of it counted.
                said = " ".join(evidence[0].observed.split())
                cut = said if len(said) <= _WIDEST else f"{said[:_WIDEST]}…"
                return f"reward {reward:g}; {evidence[0].probe}: {cut}"
            return f"reward {reward:g}" + (f"; does not hold: {', '.join(failed)}" if failed else "")
        case Undecided(reason=reason):
            return reason
        case InfraError(error=error, message=message, phase=phase):
            return f"{phase}: {error}: {message}"
        case TimedOut(budget_s=budget_s):
            return f"the time budget of {budget_s:g} s ran out"
        case PolicyFailed(error=error, message=message):
            return f"{error}: {message}"
