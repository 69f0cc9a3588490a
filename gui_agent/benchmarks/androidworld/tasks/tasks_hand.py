"""What the experts of Tasks.org do on the screen: read the list under its headings, change how it is grouped."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import joined, page, start_app
from gui_agent.benchmarks.androidworld.tasks.tasks_rows import TODAY
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import Match, Plain, back, find, tap, toggle, visible_nodes, wait_for

OVERDUE: Final = "Overdue"
HIGH_PRIORITY: Final = "High priority"
COMPLETED: Final = "Completed"
_PAGES_MAX: Final = 6
_NEAR_DAYS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A task of the list: the heading above it, and what its row says."""

    heading: str
    title: str
    due: str
    done: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A heading (no title) or a row, in the order of the screen."""

    heading: str = ""
    title: str = ""
    due: str = ""
    done: bool = False


Entries: TypeAlias = Generator[Action | Look, Observation, list[Entry]]


def open_tasks() -> Plain:
    yield from start_app("Tasks")
    yield from wait_for(Match(resource_id="bottomAppBar"))


def _pieces(observation: Observation) -> list[_Piece]:
    nodes = visible_nodes(observation)
    found: list[_Piece] = []
    for node in nodes:
        if node.resource_id.endswith(":id/header"):
            found.append(_Piece(heading=node.text))
        elif node.resource_id.endswith(":id/title") and node.text:
            found.append(_Piece(title=node.text, due=_beside(node, nodes, "due_date"), done=_is_done(node, nodes)))
    return found


def _beside(title: UiNode, nodes: list[UiNode], name: str) -> str:
    node = _same_row(title, nodes, name)
    return node.text if node is not None else ""


def _is_done(title: UiNode, nodes: list[UiNode]) -> bool:
    box = _same_row(title, nodes, "completeBox")
    return box is not None and "checked" in box.states


def _same_row(title: UiNode, nodes: list[UiNode], name: str) -> UiNode | None:
    """The element of this id whose height the top of the title falls into."""
    for node in nodes:
        if node.resource_id.endswith(f":id/{name}") and node.bounds.top <= title.bounds.center.y < node.bounds.bottom:
            return node
    return None


def read_tasks(enough: Callable[[str], bool] = lambda heading: False) -> Entries:
    """The tasks from the top of the list to its end, or to a heading below which nothing is wanted any more."""
    seen: list[_Piece] = []
    observation = yield LOOK
    for _ in range(_PAGES_MAX):
        longer = joined(seen, _pieces(observation))
        found = find(observation, Match(resource_id="recycler_view"))
        if len(longer) == len(seen) or found is None:
            break
        seen = longer
        if "scrollable" not in found.states or any(piece.heading and enough(piece.heading) for piece in seen):
            break
        observation = yield page(found.bounds, "down")
    entries: list[Entry] = []
    heading = ""
    for piece in seen:
        if piece.heading:
            heading = piece.heading
        else:
            entries.append(Entry(heading=heading, title=piece.title, due=piece.due, done=piece.done))
    return entries


def heading_day(heading: str) -> date | None:
    """The day that `Due tomorrow`, `Due Wednesday` or `Due Tuesday, October 24` names; None for other headings."""
    words = heading.removeprefix("Due ")
    if words == heading:
        return None
    for away in range(_NEAR_DAYS + 1):
        day = TODAY + timedelta(days=away)
        if words == {0: "today", 1: "tomorrow"}.get(away, f"{day:%A}"):
            return day
    for text in (f"{words}, {TODAY.year}", words):
        try:
            return datetime.strptime(text, "%A, %B %d, %Y").date()
        except ValueError:
            continue
    return None


def row_text(day: date) -> str:
    """What a row says for a due date without a time."""
    away = (day - TODAY).days
    named = {-1: "Yest", 0: "Today", 1: "Tmrw"}
    if away in named:
        return named[away]
    return f"{day:%a}" if abs(away) <= _NEAR_DAYS else f"{day:%b} {day.day}"


def says(entry: Entry, day: date) -> bool:
    """Whether the row names `day`, with a time behind it or not."""
    text = row_text(day)
    return entry.due == text or entry.due.startswith((f"{text} ", f"{text}, "))


def past(day: date) -> Callable[[str], bool]:
    """Headings after those of `day` in a list that is grouped by due date."""

    def enough(heading: str) -> bool:
        found = heading_day(heading)
        return heading in (COMPLETED, "No due date") or (found is not None and found > day)

    return enough


def group_by(mode: str) -> Plain:
    yield from tap(description="Sort")
    yield from tap(text="Grouping")
    yield from tap(text=mode)
    yield from back()


def mix_completed() -> Plain:
    """Lets completed tasks stand under their own dates instead of at the bottom."""
    yield from tap(description="Sort")
    yield from toggle(text="Move completed tasks to bottom", on=False)
    yield from back()
