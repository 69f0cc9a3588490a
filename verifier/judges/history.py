"""All screens and actions of one attempt, and what they say to a check together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from device_farm.errors import VerifierError
from device_farm.types.action import Answer, Click, Drag, MoveTo, Scroll, Swipe, Terminate, TypeText, Wait
from verifier.case import Case
from verifier.judges.checks import SILENT, Absent, Answered, Check, Found, InFolder, Shown, Stands
from verifier.judges.goal import Wanted, folded
from verifier.judges.seen import SAVES, Seen, label_at, likeness, read_screen

_LIKE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`screens` are those that can be read, each with its index; the lists are steps, in order."""

    case: Case
    screens: tuple[tuple[int, Seen], ...]
    saved: tuple[int, ...]
    undone: tuple[int, ...]
    typed: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, case: Case) -> Self:
        """Raises VerifierError where no screen has a UI tree."""
        read = [(index, read_screen(case.screen(index))) for index in range(case.screens)]
        screens = tuple((index, seen) for index, seen in read if seen is not None)
        if not screens:
            raise VerifierError("no screen has a UI tree to read", field="screens", fix="record UI trees")
        clicked = [
            (at, label_at(step.observation, step.action.at))
            for at, step in enumerate(case.steps)
            if isinstance(step.action, Click) and not step.error
        ]
        return cls(
            case=case,
            screens=screens,
            saved=tuple(at for at, label in clicked if label in SAVES),
            undone=tuple(at for at, label in clicked if label in ("undo", "discard", "restore")),
            typed=tuple(
                (at, folded(step.action.text))
                for at, step in enumerate(case.steps)
                if isinstance(step.action, TypeText) and not step.error
            ),
        )

    @property
    def last(self) -> Seen:
        return self.screens[-1][1]

    @property
    def acted(self) -> bool:
        """Whether any action could have changed the device."""
        return any(
            step.action is not None and not isinstance(step.action, Wait | Answer | Terminate | MoveTo)
            for step in self.case.steps
        )

    def scrolled(self, since: int) -> bool:
        return any(isinstance(step.action, Scroll | Swipe | Drag) for step in self.case.steps[since:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the screens say together, and the one that says it."""

    found: Found
    step: int | None


def ask_history(check: Check, history: History) -> Told:
    """The last screen that says anything decides, but for what is undone, unsaved, or only a sign where it was seen."""
    match check:
        case Absent():
            return _gone(check, history)
        case Stands():
            return _stands(check, history)
        case Shown():
            return _shown(check, history)
        case Answered():
            return _answered(check, history)
        case _:
            told = _last(check, history)
            if told.found.holds is None and isinstance(check, InFolder):
                return Told(found=Found(holds=False, observed=f"{check.text!r} never came into view"), step=None)
            return told


def _last(check: Check, history: History) -> Told:
    for index, seen in reversed(history.screens):
        found = check.ask(seen)
        if found.holds is not None:
            return Told(found=found, step=index)
    return Told(found=SILENT, step=None)


def _shown(check: Shown, history: History) -> Told:
    told = _last(check, history)
    if told.step is None:
        typed = any(folded(way) in text for way in check.ways for _, text in history.typed)
        what = "was typed, and not seen" if typed else "was neither seen nor typed"
        return Told(found=Found(holds=None if typed else False, observed=f"{check.ways[0]!r} {what}"), step=None)
    if told.found.unsaved and any(at >= told.step for at in history.saved):
        return Told(found=Found(holds=True, observed=f"{check.ways[0]!r} was entered and saved"), step=told.step)
    if told.found.holds and any(at >= told.step for at in history.undone):
        return Told(found=Found(holds=False, observed=f"{check.ways[0]!r} was entered and undone"), step=told.step)
    # Only a list shows that something is gone again; an editor's window is the same for every text.
    at_once = dict(history.screens)[told.step]
    left = (
        told.found.holds
        and told.step != history.screens[-1][0]
        and history.last.window == at_once.window
        and not at_once.edited
        and not history.last.edited
        and not history.scrolled(told.step)
    )
    if left:
        return Told(found=Found(holds=False, observed=f"{check.ways[0]!r} was there and is gone"), step=told.step)
    return told


def _gone(check: Absent, history: History) -> Told:
    """Gone is what was listed in a window, and is not when the same window is seen last."""
    listed = [(index, seen) for index, seen in history.screens if seen.shows(check.text)]
    if not listed:
        return Told(found=Found(holds=False, observed=f"{check.text!r} never came into view"), step=None)
    after = [(index, seen) for index, seen in history.screens if index > listed[-1][0]]
    if any(at > listed[-1][0] for at in history.undone):
        return Told(found=Found(holds=False, observed="the deletion was undone"), step=history.undone[-1])
    windows = {seen.window for _, seen in listed}
    for index, seen in reversed(after):
        found = check.ask(seen)
        if found.holds and (seen.window in windows or "not on" not in found.observed):
            return Told(found=found, step=index)
    if after:
        return Told(found=SILENT, step=None)
    return Told(found=check.ask(listed[-1][1]), step=listed[-1][0])


def _stands(check: Stands, history: History) -> Told:
    told = _last(check, history)
    if told.step is None:
        return Told(found=Found(holds=False, observed=f"{check.toggle.what!r} never came into view"), step=None)
    if told.step < len(history.case.steps):
        switch = dict(history.screens)[told.step].switch(check.toggle.what)
        action = history.case.steps[told.step].action
        if switch is not None and isinstance(action, Click) and switch.box.contains(action.at):
            state = "off" if switch.on else "on"
            holds = switch.on is not check.toggle.on
            return Told(found=Found(holds=holds, observed=f"{switch.label!r} was switched {state}"), step=told.step)
    return told


def _answered(check: Answered, history: History) -> Told:
    """Of an answer that is missing no screen speaks."""
    told = _last(check, history)
    return told if told.found.holds else replace(told, step=None)


def side_effects(history: History, wanted: Wanted) -> Iterator[tuple[int, str]]:
    """Switches that stand otherwise than when they were first seen, though the goal does not name them.

    One of several choices is no switch: another goes off by itself.
    """
    first: dict[tuple[str, str], bool] = {}
    last: dict[tuple[str, str], tuple[int, bool]] = {}
    for index, seen in history.screens:
        for switch in seen.switches:
            if switch.label and not switch.radio:
                first.setdefault((seen.window, switch.label), switch.on)
                last[seen.window, switch.label] = (index, switch.on)
    for key, (index, on) in last.items():
        named = any(likeness(toggle.what, key[1]) >= _LIKE for toggle in wanted.toggles)
        named = named or any(folded(way) in key[1] for ways in wanted.present for way in ways)
        if first[key] is not on and not named:
            yield index, f"{key[1]!r} was switched {'on' if on else 'off'}"
