"""What the calendar's experts do on the screen: open a day, read it, fill in the editor."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from device_farm.types.action import Action, Click
from device_farm.types.geometry import Rect
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import fill, joined, page, start_app
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import (
    ExpertStuck,
    Match,
    Plain,
    find,
    present,
    scroll_to,
    tap,
    type_into,
    visible_nodes,
    wait_for,
)

_MAX_PAGES: Final = 8
_TURNS: Final = 24
_TITLE_DAY = re.compile(r"(\w+) (\d+)(?: (\d{4}))? \(\w+\)")
_TITLE_MONTH = re.compile(r"([A-Z]\w+)(?: (\d{4}))?")
_SECTION_DAY = re.compile(r"(\d+) \w+day")
_SECTION_MONTH = re.compile(r"([A-Z]+)(?: (\d{4}))?")
_SPAN = re.compile(r"(\d\d:\d\d)( \(.+?\))?(?: - (\d\d:\d\d))?( \(.+?\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event in a list. `elsewhere`: it started on another day than the one whose list this is."""

    title: str
    start: time
    end: time
    elsewhere: bool
    day: date | None = field(compare=False)
    selected: bool = field(compare=False)
    bounds: Rect = field(compare=False)


Entries: TypeAlias = Generator[Action | Look, Observation, list[Entry]]


def open_calendar() -> Plain:
    yield from start_app("Calendar")
    yield from wait_for(Match(resource_id="top_toolbar_search"))


def _month_number(name: str, year: str | None, this_year: int) -> date:
    return datetime.strptime(f"1 {name.title()} {year or this_year}", "%d %B %Y").date()


def _titled(observation: Observation, this_year: int) -> date | None:
    """The day, or the first of the month, that the line above the view names."""
    node = find(observation, Match(resource_id="top_value"))
    if node is None:
        return None
    if found := _TITLE_DAY.fullmatch(node.text):
        return _month_number(found[1], found[3], this_year).replace(day=int(found[2]))
    if found := _TITLE_MONTH.fullmatch(node.text):
        return _month_number(found[1], found[2], this_year)
    return None


def open_day(day: date) -> Plain:
    """From the month to one of its days. The cells say nothing, so the place tells the date; the page then names it."""
    month = Match(resource_id="month_view_background")
    if not (yield from present(month)):
        yield from choose_view("Monthly view")
    observation = yield LOOK
    for _ in range(_TURNS):
        shown = _titled(observation, day.year)
        if shown is None or (shown.year, shown.month) == (day.year, day.month):
            break
        observation = yield from _turn(observation, forward=shown < day)
    cells = [node for node in visible_nodes(observation) if month.accepts(node)]
    # The weeks of the table start on Sunday unless the settings say otherwise, which the day's page would show.
    number = (day.replace(day=1).weekday() + 1) % 7 + day.day - 1
    if len(cells) <= number:
        raise ExpertStuck(f"the month shows {len(cells)} days, {day} is none of them")
    observation = yield Click(at=cells[number].bounds.center)
    for _ in range(_TURNS):
        shown = _titled(observation, day.year)
        if shown is None or shown == day:
            break
        observation = yield from _turn(observation, forward=shown < day)
    yield from wait_for(Match(resource_id="day_events"))


def _turn(observation: Observation, *, forward: bool) -> Generator[Action | Look, Observation, Observation]:
    arrow = find(observation, Match(resource_id=f"top_{'right' if forward else 'left'}_arrow"))
    if arrow is None:
        raise ExpertStuck("no arrow to turn the page with")
    return (yield Click(at=arrow.bounds.center))


def choose_view(name: str) -> Plain:
    yield from tap(description="Change view")
    yield from tap(text=name)


def search(text: str) -> Plain:
    yield from type_into(text, resource_id="top_toolbar_search")


def _entries(observation: Observation, this_year: int) -> list[Entry]:
    """The events that are wholly on the screen, each with its day where headings say it."""
    found: list[Entry] = []
    nodes = visible_nodes(observation)
    month: date | None = None
    day: date | None = None
    for node in nodes:
        if node.resource_id.endswith("event_section_title"):
            if heading := _SECTION_MONTH.fullmatch(node.text):
                month = _month_number(heading[1], heading[2], this_year)
            elif (heading := _SECTION_DAY.fullmatch(node.text)) and month is not None:
                day = month.replace(day=int(heading[1]))
        elif node.resource_id.endswith("event_item_holder"):
            entry = _entry(node, nodes, day)
            if entry is not None:
                found.append(entry)
    return found


def _entry(box: UiNode, nodes: list[UiNode], day: date | None) -> Entry | None:
    def part(name: str) -> str:
        inside = (node for node in nodes if node.resource_id.endswith(name) and box.bounds.contains(node.bounds.center))
        return next((node.text for node in inside), "")

    name, when = part("event_item_title"), _SPAN.fullmatch(part("event_item_time"))
    if not name or when is None:
        return None
    start, end = (datetime.strptime(text, "%H:%M").time() for text in (when[1], when[3] or when[1]))
    return Entry(
        title=name,
        start=start,
        end=end,
        elsewhere=bool(when[2]),
        day=day,
        selected="selected" in box.states,
        bounds=box.bounds,
    )


def read_list(*, until: date | None = None, this_year: int = 2023) -> Entries:
    """The events of the list on the screen, scrolled through to its end, or until one after the day `until` is seen.

    A page that begins in the middle of a day takes the day from the page before.
    """
    observation = yield LOOK
    found: list[Entry] = []
    for _ in range(_MAX_PAGES):
        longer = joined(found, _entries(observation, this_year))
        if len(longer) == len(found):
            break
        found = longer
        area = _list_area(observation)
        if area is None or not _is_full(observation, area):
            break
        if until is not None and any(entry.day is not None and entry.day > until for entry in found):
            break
        observation = yield page(area, "down")
    return found


_LISTS: Final = ("day_events", "calendar_events_list", "search_results_list")


def _list_area(observation: Observation) -> Rect | None:
    for name in _LISTS:
        node = find(observation, Match(resource_id=name))
        if node is not None:
            return node.bounds
    return None


def _is_full(observation: Observation, area: Rect) -> bool:
    """Whether the list reaches below what is seen: its last box ends in the lowest tenth."""
    boxes = [node.bounds for node in visible_nodes(observation) if node.resource_id.endswith("event_item_holder")]
    return bool(boxes) and max(box.bottom for box in boxes) > area.bottom - area.height // 10


def pick_date(day: date) -> Plain:
    """In the date picker: turns to the month, takes the day."""
    toggle = yield from wait_for(Match(resource_id="month_navigation_fragment_toggle"))
    for _ in range(_TURNS):
        shown = datetime.strptime(f"1 {toggle.text}", "%d %B %Y").date()
        if (shown.year, shown.month) == (day.year, day.month):
            break
        way = "next" if shown < day else "previous"
        yield from tap(description=f"Change to {way} month")
        toggle = yield from wait_for(Match(resource_id="month_navigation_fragment_toggle"))
    yield from tap(description=f"{day:%A, %B} {day.day}")
    yield from tap(text="OK")


def pick_time(at: time) -> Plain:
    """On the clock face; the face goes on to the minutes by itself."""
    label = f"{at.hour:02d}" if at.hour == 0 else str(at.hour)
    yield from tap(description=f"{label} o'clock")
    minute = yield from wait_for(Match(resource_id="material_minute_tv"))
    if minute.text != f"{at.minute:02d}":
        yield from tap(description=f"{at.minute:02d} minutes")
    yield from tap(text="OK")


def new_event(title: str, description: str, start: datetime, minutes: int, repetition: str = "") -> Plain:
    """Fills in and saves. The event's end follows its start, so it is set last."""
    yield from tap(description="New Event")
    if (yield from present(Match(resource_id="fab_event_label"))):
        yield from tap(resource_id="fab_event_label")
    yield from fill(Match(resource_id="event_title"), title)
    yield from type_into(description, resource_id="event_description")
    yield from _set_moment("start", start)
    yield from _set_moment("end", start + timedelta(minutes=minutes))
    if repetition:
        yield from scroll_to(match=Match(resource_id="event_repetition"))
        yield from tap(resource_id="event_repetition")
        yield from tap(text=repetition)
    yield from tap(description="Save")
    if (yield from present(Match(resource_id="reminder_warning"))):
        yield from tap(text="OK")


def _set_moment(which: str, at: datetime) -> Plain:
    day = yield from _field(f"event_{which}_date")
    found = _TITLE_DAY.fullmatch(day.text)
    if found is None or _month_number(found[1], found[3], at.year).replace(day=int(found[2])) != at.date():
        yield Click(at=day.bounds.center)
        yield from pick_date(at.date())
    clock = yield from _field(f"event_{which}_time")
    if clock.text != f"{at:%H:%M}":
        yield Click(at=clock.bounds.center)
        yield from pick_time(at.time())


def _field(name: str) -> Generator[Action | Look, Observation, UiNode]:
    """A line of the form; the keyboard may hide it."""
    observation = yield LOOK
    node = find(observation, Match(resource_id=name))
    if node is None:
        node = yield from scroll_to(match=Match(resource_id=name))
    return node
