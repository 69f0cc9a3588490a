"""Summaries by rule: what the history `summary` is taught from, since demonstrations hold none of a model's.

The summary of step t names the demonstrated actions a_0 … a_{t-1}, and the one that the reply goes on to take:

    Done: a_0; a_1; …; a_{t-1}. Next: a_t.

With a_t in it the summary alone tells the next turn all that was done, whose prompt shows neither this reply nor, with
one image, this screen. A rule does not know what of a screen matters to a task: what was only seen is not in it, and is
for reinforcement learning to add. Degenerate: at the first step nothing was done, "Done: nothing."
"""

from __future__ import annotations

from device_farm.types.action_text import action_text
from gui_agent.datasets.types import ExpertStep, Trajectory

NAMED_MAX = 8
"""Actions that a summary names, the newest; of more, how many came before. It does not grow with the episode."""


def summary_by_rule(trajectory: Trajectory, index: int) -> str:
    """Of step `index`, in the words of the steps' instructions where the data has them, else of elements' labels."""
    done = [_words(step) for step in trajectory.steps[:index]]
    named = done[-NAMED_MAX:]
    earlier = [f"{len(done) - len(named)} earlier actions"] if len(done) > len(named) else []
    said = "; ".join([*earlier, *named]) or "nothing"
    return f"Done: {said}. Next: {_words(trajectory.steps[index])}."


def _words(step: ExpertStep) -> str:
    said = step.instruction or action_text(step.action, step.tree, points=False)
    return " ".join(said.split()).rstrip(".")
