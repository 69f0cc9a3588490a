"""History `summary`: a semantic context that the model rewrites in every turn (SecAgent, arXiv 2603.08533).

The model sees the goal, the present screen, its own last summary, and at most one past screen with the action taken on
it; it writes what was done and seen so far before it acts. The cost of the past no longer grows with the episode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from device_farm.types.action import Action
from device_farm.types.codec.dialect import Dialect, ParsedTurn
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import JsonValue
from gui_agent.history.base import Scene
from gui_agent.history.budget import CountText, cut

_SUMMARY = re.compile(r"<summary>(.*?)</summary>\s*", re.DOTALL)

INSTRUCTION = (
    "Before your reply, write between <summary> and </summary>, in at most three sentences, what has been done and "
    "seen so far that matters for the task, this screen included. You will see only this summary, not earlier screens."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryHistory:
    """`budget` bounds the summary in tokens: a longer one is cut at its end. `images` 2 shows the last screen, too."""

    budget: int = 512
    images: int = 1

    def text(self, scene: Scene, count: CountText) -> str:
        """The newest summary there is; a turn in which the model wrote none keeps the one before. "" at the start."""
        found = next((turn.summary for turn in reversed(scene.past) if turn.summary.strip()), "")
        return cut(found.strip(), self.budget, count)


def split_summary(reply: str) -> tuple[str, str]:
    """A reply's summary, and the rest, which is in the model's dialect. Without one: "" and the reply as it is.

    The first counts; a summary that is not closed is none, so that the dialect's parser says what is wrong.
    """
    found = _SUMMARY.search(reply)
    if found is None:
        return "", reply
    return found.group(1).strip(), (reply[: found.start()] + reply[found.end() :]).strip()


def with_summary(summary: str, reply: str) -> str:
    """What `split_summary` takes apart again."""
    return f"<summary>\n{summary.replace('</summary>', '').strip()}\n</summary>\n{reply}"


def summary_of(reply: str) -> str:
    """What rollouts keep of a reply as the turn's summary."""
    return split_summary(reply)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryDialect:
    """A dialect whose replies begin with a summary, which is no part of the thought. It writes none itself."""

    inner: Dialect

    @property
    def name(self) -> str:
        return self.inner.name

    def parse(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        return self.inner.parse(split_summary(text)[1], space)

    def format(self, action: Action, thought: str, space: CoordinateSpace) -> str:
        return self.inner.format(action, thought, space)

    def schema(self) -> dict[str, JsonValue]:
        return self.inner.schema()
