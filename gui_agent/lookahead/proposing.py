"""Actions to try: the policy's own where it can be asked for more than one, and rules over the screen's elements."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from device_farm.types.action import Action, Click, Swipe, SystemButton
from device_farm.types.geometry import Point
from gui_agent.policies.base import PolicySession
from world_model.imagination.distinct import distinct, meaning
from world_model.imagination.likelihood import likelihoods
from world_model.imagination.ports import Proposer
from world_model.imagination.types import Proposal, View
from world_model.sketch.ranking import task_related_first, words_of
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketch.tree import node_states


class SessionProposer:
    """What the policy's session proposes, where it is a `Proposer`, and after that what `by_elements` does."""

    def __init__(self, session: PolicySession) -> None:
        self._session = session

    async def propose(self, view: View, count: int) -> Proposal:
        """Raises PolicyError where the policy failed."""
        own = Proposal(actions=())
        if isinstance(self._session, Proposer):
            own = await self._session.propose(view, count)
        said = distinct(own.actions, view.sketch, count)
        likely = likelihoods(own, view.sketch)
        known = itertools.takewhile(likely.__contains__, (meaning(action, view.sketch) for action in said))
        return Proposal(
            actions=distinct((*said, *by_elements(view)), view.sketch, count),
            spent=own.spent,
            logprobs=tuple(likely[each] for each in known),
        )


def by_elements(view: View) -> Iterator[Action]:
    """By rules, no model: a tap on each element that shares words with the goal, the more the earlier; then further
    down where something scrolls; then, on a phone, back; then the other elements from top to bottom.

    Elements that are disabled, or that were tapped on the way, are left out.
    """
    wanted, tapped = words_of(view.goal), {action.at for action in view.path if isinstance(action, Click)}
    lines = [line for line in task_related_first(view.sketch, view.goal).lines if _can_be_tapped(line)]
    lines = [line for line in lines if not any(line.box.contains(at) for at in tapped)]
    related = [line for line in lines if words_of(line.text) & wanted]
    yield from (Click(at=line.box.center) for line in related)
    if (further := _further_down(view.sketch)) is not None:
        yield further
    if view.platform == "android":
        yield SystemButton(button="back")
    yield from (Click(at=line.box.center) for line in lines if line not in related)


def _can_be_tapped(line: SketchLine) -> bool:
    states = node_states(line)
    return "enabled" in states and bool(states & {"clickable", "checkable", "editable"})


def _further_down(sketch: Sketch) -> Swipe | None:
    """A swipe up over the middle half of the largest area that scrolls; None where none does."""
    areas = [line.box for line in sketch.lines if "scrollable" in node_states(line)]
    if not areas:
        return None
    box = max(areas, key=lambda area: area.area)
    quarter, across = (box.bottom - box.top) // 4, (box.left + box.right) // 2
    return Swipe(start=Point(across, box.bottom - quarter), end=Point(across, box.top + quarter))
