"""Rules about taps and swipes: what lies there, and what would have been meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from device_farm.types.action import Action, Click, LongPress, Scroll, Swipe
from device_farm.types.elements import Element, name_of
from device_farm.types.geometry import Point
from verifier.reward_model.finding import LOOK_AGAIN, Finding
from verifier.reward_model.goal import names, wanted_state
from verifier.reward_model.view import View, distance_px

REACH: Final = 0.12
"""How far beside an element a tap may land and still be meant for it, in shares of the screen's width."""
_CLEARLY_NEARER: Final = 0.6
"""Of two elements, one is meant where its distance is at most this share of the other's."""


def tap_on_nothing(view: View, action: Action) -> Finding | None:
    """A tap that reaches nothing that takes taps; meant is the nearest element, or one as near that the goal names.

    A desktop's tree may lack what a program draws by itself, such as a terminal's text, or a panel that was slow to
    say: far from every element nothing is said there.
    """
    match action:
        case Click(at=at) | LongPress(at=at):
            pass
        case _:
            return None
    if view.proposal.screen.screen.contains(at) and view.touched(at) is not None:
        return None
    where = f"there is nothing to tap at {at.x},{at.y}"
    meant = _nearest(view, at)
    if meant is None and not view.whole:
        return None
    if meant is None or _on_text(view, at):
        return Finding(why=where, confidence=0.6)
    why = f"{where}; {_called(meant)} lies beside it"
    return Finding(why=why, confidence=0.85, corrected=_moved(action, meant.box.center))


def _on_text(view: View, at: Point) -> bool:
    """Whether the tap was aimed at a text that takes none, rather than beside something that does."""
    return any(each.box.contains(at) and each.node.label.strip() and not each.acted_on for each in view.own)


def _nearest(view: View, at: Point) -> Element | None:
    reach_px = REACH * view.proposal.screen.screen.width
    near = sorted(
        ((distance_px(at, target.box), index) for index, target in enumerate(view.targets)), key=lambda pair: pair
    )
    near = [(distance, index) for distance, index in near if distance <= reach_px]
    if not near:
        return None
    rivals = [view.targets[index] for distance, index in near if near[0][0] > _CLEARLY_NEARER * distance]
    named = [target for target in rivals if names(view.proposal.goal, target.name)]
    if len(named) == 1:
        return named[0]
    return view.targets[near[0][1]]


def tap_on_disabled(view: View, action: Action) -> Finding | None:
    """A tap on an element that is shown, but switched off."""
    if not isinstance(action, Click | LongPress):
        return None
    node = view.touched(action.at)
    if node is None or "enabled" in node.states:
        return None
    return Finding(why=f"{name_of(node) or 'the element'!r} is disabled", confidence=0.8)


def other_of_the_list(view: View, action: Action) -> Finding | None:
    """A tap on an entry that the goal does not name, beside the one entry of the same list that it does name."""
    if not isinstance(action, Click | LongPress):
        return None
    tapped = next((each for each in view.targets if each.node == view.touched(action.at)), None)
    goal = view.proposal.goal
    if tapped is None or not tapped.above or not tapped.name or names(goal, tapped.name):
        return None
    beside = [each for each in view.targets if _listed_with(each, tapped) and names(goal, each.name)]
    if len(beside) != 1 or view.tapped_before(beside[0].box):
        return None
    why = f"the goal names {beside[0].name!r}, not {tapped.name!r}"
    return Finding(why=why, confidence=0.75, corrected=_moved(action, beside[0].box.center))


def _listed_with(one: Element, other: Element) -> bool:
    """Both in one parent, of the same kind."""
    same_parent = bool(one.above) and one.above[-1] is other.above[-1]
    return same_parent and one.node is not other.node and one.node.role == other.node.role


def switch_stands_right(view: View, action: Action) -> Finding | None:
    """A tap on a switch that already stands as the goal wants it."""
    if not isinstance(action, Click):
        return None
    node = view.touched(action.at)
    if node is None:
        return None
    inside = [each for each in node.walk() if "checkable" in each.states]
    if len(inside) != 1:
        return None
    wanted = wanted_state(view.proposal.goal, name_of(node))
    if wanted is None or ("checked" in inside[0].states) is not wanted:
        return None
    return Finding(
        why=f"{name_of(node)!r} already is {'on' if wanted else 'off'}", confidence=0.9, corrected=LOOK_AGAIN
    )


def swipe_without_scrolling(view: View, action: Action) -> Finding | None:
    """A swipe where nothing scrolls; meant is the same swipe in the one area that does."""
    match action:
        case Swipe(start=start) | Scroll(at=start):
            pass
        case _:
            return None
    areas = view.tree.find_all(lambda node: "scrollable" in node.states and "visible" in node.states)
    if not view.tree.roots or any(area.bounds.contains(start) for area in areas) or _at_edge(view, start):
        return None
    why = "nothing scrolls there"
    if isinstance(action, Scroll) and len(areas) == 1:
        return Finding(why=why, confidence=0.6, corrected=replace(action, at=areas[0].bounds.center))
    return Finding(why=why, confidence=0.6)


def _at_edge(view: View, point: Point) -> bool:
    """Swipes from an edge open the drawers of the system, which is no element of the screen."""
    size = view.proposal.screen.screen
    margin_x, margin_y = size.width // 20, size.height // 20
    inside = margin_x <= point.x < size.width - margin_x and margin_y <= point.y < size.height - margin_y
    return not inside


def _called(element: Element) -> str:
    return repr(element.name) if element.name else f"a {element.node.role.rpartition('.')[2]}"


def _moved(action: Action, to: Point) -> Action:
    match action:
        case Click() | LongPress():
            return replace(action, at=to)
        case _:
            return action
