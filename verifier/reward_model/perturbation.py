"""Ways to make a wrong action of a right one (MagicGUI-RMS, arXiv 2601.13060). Each is pure but for its generator."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.elements import Element, element_at, name_of, visible_elements
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiTree
from verifier.reward_model.data import CorrectStep, Kind, Perturbation
from verifier.reward_model.view import distance_px

_NEAREST: Final = 3
_OUTSIDE: Final = (0.02, 0.12)
"""How far outside the box a moved tap lands, in shares of the screen's width."""
_DIALS: Final = frozenset(
    {"seekbar", "slider", "scroll bar", "ratingbar", "dial", "canvas", "drawing area", "terminal"}
)
"""Roles of elements in which the place of a tap says what it means."""


def does_something(action: Action | None) -> bool:
    """Whether it can bring a goal nearer: not a look around, a wait or the way home."""
    match action:
        case Click() | LongPress() | Drag() | TypeText() | PressKey() | Answer():
            return True
        case _:
            return False


def _tapped(step: CorrectStep) -> tuple[Point, UiTree, UiNode] | None:
    """Where a tap lands and on what; None for what is no tap, or reaches nothing."""
    tree = step.proposal.screen.ui_tree
    match step.proposal.action:
        case Click(at=at) | LongPress(at=at) if tree is not None:
            node = element_at(tree, at)
            return None if node is None else (at, tree, node)
        case _:
            return None


def _moved(action: Action, to: Point) -> Action | None:
    match action:
        case Click() | LongPress():
            return replace(action, at=to)
        case _:
            return None


def shifted_inside(step: CorrectStep, rng: Random) -> Action | None:
    """A tap elsewhere in the middle four fifths of the same element."""
    hit = _tapped(step)
    if hit is None or _place_matters(hit[2]):
        return None
    box = hit[2].bounds.intersect(_frame(step))
    dx, dy = box.width // 10, box.height // 10
    inner = Rect(box.left + dx, box.top + dy, box.right - dx, box.bottom - dy)
    if inner.area == 0:
        return None
    at = Point(rng.randrange(inner.left, inner.right), rng.randrange(inner.top, inner.bottom))
    return _moved(step.proposal.action, at) if element_at(hit[1], at) is hit[2] else None


def _place_matters(node: UiNode) -> bool:
    """Whether it is of account where in the element a tap lands: it sets a value, or the caret in a text."""
    if "editable" in node.states:
        return bool(node.value or node.text) and node.label != node.hint
    return node.role.rpartition(".")[2].casefold() in _DIALS


def outside_box(step: CorrectStep, rng: Random) -> Action | None:
    """A tap beside the element, in any direction; not on what lies around it, which often means the same."""
    hit = _tapped(step)
    if hit is None:
        return None
    _, tree, node = hit
    box, size = node.bounds, step.proposal.screen.screen
    angle, gap_px = rng.uniform(0, 2 * math.pi), rng.uniform(*_OUTSIDE) * size.width
    dx, dy = math.cos(angle), math.sin(angle)
    # The way from the middle to the edge of the box in this direction.
    to_edge = min(box.width / 2 / max(abs(dx), 1e-9), box.height / 2 / max(abs(dy), 1e-9))
    reach = to_edge + gap_px
    at = Point(round(box.center.x + dx * reach), round(box.center.y + dy * reach))
    if not size.contains(at) or box.contains(at):
        return None
    other = element_at(tree, at)
    return None if other is not None and _related(other, node) else _moved(step.proposal.action, at)


def neighbour(step: CorrectStep, rng: Random) -> Action | None:
    """A tap on one of the nearest other elements of the application in front, which must have another name."""
    hit = _tapped(step)
    if hit is None:
        return None
    at, _, node = hit
    others = [each for each in _targets(step) if not (_related(each.node, node) or _alike(each.node, node))]
    near = sorted(others, key=lambda each: (distance_px(at, each.box), each.box.top, each.box.left))[:_NEAREST]
    return _moved(step.proposal.action, rng.choice(near).box.center) if near else None


def _targets(step: CorrectStep) -> list[Element]:
    screen = step.proposal.screen
    if screen.ui_tree is None:
        return []
    shown = [each for each in visible_elements(screen.ui_tree, screen.screen) if each.acted_on]
    own = [each for each in shown if each.node.app == screen.foreground.app]
    return own or shown


def _related(one: UiNode, other: UiNode) -> bool:
    """The same element, or one inside the other."""
    return any(node is other for node in one.walk()) or any(node is one for node in other.walk())


def _alike(one: UiNode, other: UiNode) -> bool:
    """Whether a tap on either does the same: two ways with one name, or two cells of a row."""
    if name_of(one).casefold() == name_of(other).casefold() != "":
        return True
    cells = one.role == other.role == "table cell"
    return cells and one.bounds.top < other.bounds.bottom and other.bounds.top < one.bounds.bottom


def _frame(step: CorrectStep) -> Rect:
    size = step.proposal.screen.screen
    return Rect(0, 0, size.width, size.height)


def wrong_text(texts: Iterable[str]) -> Perturbation:
    """A slip in the text, or one of the other `texts` that were typed elsewhere."""
    known = tuple(sorted(set(texts)))

    def change(step: CorrectStep, rng: Random) -> Action | None:
        action = step.proposal.action
        if not isinstance(action, TypeText | Answer) or not action.text.strip():
            return None
        others = [text for text in known if text.strip().casefold() != action.text.strip().casefold()]
        slip = rng.random() < 0.5 or not others
        return replace(action, text=_slip(action.text, rng) if slip else rng.choice(others))

    return change


def _slip(text: str, rng: Random) -> str:
    """One letter or digit changed for another of its kind."""
    places = [at for at, character in enumerate(text) if character.isalnum()]
    if not places:
        return text + "x"
    at = rng.choice(places)
    letters = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    return text[:at] + rng.choice([letter for letter in letters if letter != text[at].casefold()]) + text[at + 1 :]


def other_direction(step: CorrectStep, rng: Random) -> Action | None:
    """A swipe or scroll the other way."""
    match step.proposal.action:
        case Swipe(start=start, end=end) as action:
            return replace(action, start=end, end=start)
        case Scroll(dx=dx, dy=dy) as action if dx or dy:
            return replace(action, dx=-dx, dy=-dy)
        case _:
            return None


def premature_end(step: CorrectStep, rng: Random) -> Action | None:
    """Success claimed while later steps still do something."""
    return Terminate(status="success") if step.more_to_do else None


def wrong_app(apps: Iterable[str]) -> Perturbation:
    """Another of the `apps`, where an application is opened: by name, or by an icon beside its own."""
    known = tuple(sorted(set(apps)))

    def change(step: CorrectStep, rng: Random) -> Action | None:
        match step.proposal.action:
            case OpenApp(name=name):
                others = [app for app in known if app.casefold() != name.casefold()]
                return OpenApp(name=rng.choice(others)) if others else None
            case Click() as action:
                hit = _tapped(step)
                icons = [] if hit is None or name_of(hit[2]) not in known else _icons(step)
                there = [each for each in icons if hit is not None and not _alike(each.node, hit[2])]
                return _moved(action, rng.choice(there).box.center) if there else None
            case _:
                return None

    return change


def _icons(step: CorrectStep) -> list[Element]:
    """The applications that a launcher shows."""
    if "launcher" not in step.proposal.screen.foreground.app:
        return []
    return [each for each in _targets(step) if "long_clickable" in each.node.states and each.name]


def repeated(step: CorrectStep, rng: Random) -> Action | None:
    """The action before once more. To wait, or to give the same answer again, does no harm, so that is none; nor is a
    second tap into a text field, which at most selects what is in it.
    """
    tree = step.proposal.screen.ui_tree
    match step.previous:
        case Wait() | Answer():
            return None
        case Click(at=at) if tree is not None and _takes_text(element_at(tree, at)):
            return None
        case again:
            return again


def _takes_text(node: UiNode | None) -> bool:
    return node is not None and "editable" in node.states


def app_names(steps: Iterable[CorrectStep]) -> set[str]:
    """The applications that are opened by name, and those whose icons a launcher shows."""
    found: set[str] = set()
    for step in steps:
        match step.proposal.action:
            case OpenApp(name=name):
                found.add(name)
            case Click() if "launcher" in step.proposal.screen.foreground.app:
                found |= {each.name for each in _targets(step) if "long_clickable" in each.node.states and each.name}
    return found


def perturbations(steps: Iterable[CorrectStep]) -> Mapping[Kind, Perturbation]:
    """Every kind, with the texts and applications of `steps` to choose wrong ones from."""
    known = list(steps)
    texts = [step.proposal.action.text for step in known if isinstance(step.proposal.action, TypeText)]
    return {
        "shifted_inside": shifted_inside,
        "outside_box": outside_box,
        "neighbour": neighbour,
        "wrong_text": wrong_text(texts),
        "other_direction": other_direction,
        "premature_end": premature_end,
        "wrong_app": wrong_app(app_names(known)),
        "repeated": repeated,
    }
