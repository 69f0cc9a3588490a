"""What a verifier is given to judge: the goal, what was done, what was seen. Never the evaluator's verdict."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.types.action import TerminateStatus
from device_farm.types.observation import Observation
from device_farm.types.task import Platform
from device_farm.types.trajectory import Episode, Step, StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One attempt. `steps` hold the screen before each action, `final` the screen after the last.

    Screens may lack pixels or trees; a judge that needs them is undecided then.
    """

    goal: str
    platform: Platform
    steps: tuple[Step, ...]
    final: Observation | None
    answer: str | None
    claimed: TerminateStatus | None
    stop: StopReason

    def screen(self, index: int) -> Observation:
        """The screen before step `index`; `len(steps)` is the final one. Raises IndexError."""
        if index == len(self.steps) and self.final is not None:
            return self.final
        if not 0 <= index < len(self.steps):
            raise IndexError(f"no screen {index}; there are 0 to {self.screens - 1}")
        return self.steps[index].observation

    @property
    def screens(self) -> int:
        """How many there are, the final one included."""
        return len(self.steps) + (self.final is not None)


def case_of(episode: Episode) -> Case:
    """The case of a stored episode, without its outcome and its task's parameters."""
    return Case(
        goal=episode.task.goal,
        platform=episode.task.platform,
        steps=episode.steps,
        final=episode.final,
        answer=episode.answer,
        claimed=episode.claimed,
        stop=episode.stop,
    )
