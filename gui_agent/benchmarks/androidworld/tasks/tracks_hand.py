"""How an expert reads activities off OpenTracks' screens."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from device_farm.types.action import Action, Click, LongPress, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import PAGES_MAX, page, read_list, start_app, under, whole_rows
from gui_agent.benchmarks.androidworld.tasks.tracks_state import METRES_A_MILE, TODAY
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, back, field_content, find, tap, wait_for

LIST: Final = Match(resource_id="track_list")
_TYPE: Final = Match(resource_id="track_edit_activity_type")
_METRES: Final = {"mi": METRES_A_MILE, "ft": 0.3048, "km": 1000.0, "m": 1.0}
_TOTALS: Final = re.compile(r"^(?P<time>[\d:]+) \((?P<number>[\d.,]+) (?P<unit>mi|ft|km|m)\)")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Asking = Generator[Action | Look, Observation, list["SeenTrack"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTrack:
    """A line of the list. The list does not say what type the activity has."""

    name: str
    description: str
    day: date
    clock: str
    seconds: int
    metres: float

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)

    @property
    def whole_metres(self) -> int:
        return round(self.metres)


def track_line(row: UiNode) -> SeenTrack | None:
    totals = _TOTALS.match(under(row, "track_list_item_time_distance"))
    day = under(row, "track_list_item_date")
    if totals is None or not day:
        return None
    parts = [int(part) for part in totals["time"].split(":")]
    seconds = sum(part * 60**place for place, part in enumerate(reversed(parts)))
    return SeenTrack(
        name=under(row, "track_list_item_name"),
        description=under(row, "track_list_item_category_description"),
        day=shown_day(day),
        clock=under(row, "track_list_item_time"),
        seconds=seconds,
        metres=float(totals["number"].replace(",", "")) * _METRES[totals["unit"]],
    )


def shown_day(text: str) -> date:
    """The day that the list means by `Today`, `Yesterday`, a weekday, `3 Oct` or `3 Oct 2022`."""
    if text in ("Today", "Yesterday"):
        return TODAY - timedelta(days=("Today", "Yesterday").index(text))
    if text in _WEEKDAYS:
        return TODAY - timedelta(days=(TODAY.weekday() - _WEEKDAYS.index(text)) % 7)
    full = text if re.search(r"\d{4}$", text) else f"{text} {TODAY.year}"
    return datetime.strptime(full, "%d %b %Y").date()


def tracks_of_type(category: str, first: date, last: date) -> Asking:
    """The activities of a type from `first` to `last`: opens the app and searches for the type.

    The search also finds the word in names and descriptions. Such lines are selected while reading, and the statistics
    of the selection tell their types.
    """
    yield from start_app("OpenTracks")
    yield from tap(resource_id="search_button")
    yield TypeText(text=f"{category}\n")
    yield from wait_for(Match(where=lambda node: node.resource_id.endswith(("/track_list", "/track_list_empty_view"))))
    doubtful: list[SeenTrack] = []

    def select_doubtful(observation: Observation, new: list[SeenTrack]) -> Plain:
        for track in new:
            if first <= track.day <= last and category in f"{track.name} {track.description}".lower():
                at = _place(observation, track)
                yield Click(at=at) if doubtful else LongPress(at=at)
                doubtful.append(track)

    seen = yield from read_list(LIST, track_line, until=lambda track: track.day < first, on_page=select_doubtful)
    sure = [track for track in seen if first <= track.day <= last and track not in doubtful]
    return sure + (yield from _really(category, doubtful))


def _place(observation: Observation, track: SeenTrack) -> Point:
    container = find(observation, LIST)
    rows = whole_rows(container) if container is not None else ()
    row = next((row for row in rows if track_line(row) == track), None)
    if row is None:
        raise ExpertStuck(f"{track.name!r} is no longer in sight")
    return row.bounds.center


def _really(category: str, doubtful: list[SeenTrack]) -> Asking:
    """Those of the selected lines that are of the type."""
    if not doubtful:
        return []
    yield from tap(resource_id="list_context_menu_aggregated_stats")
    yield from wait_for(Match(resource_id="aggregated_stats_list"))
    types = yield from read_list(Match(resource_id="aggregated_stats_list"), _type_line)
    count = sum(number for name, number in types if name == category)
    if count in (0, len(doubtful)):
        return doubtful if count else []
    yield from back()
    shown: dict[SeenTrack, str] = {}
    for track in doubtful:
        shown[track] = yield from type_of(track)
    return [track for track in doubtful if shown[track] == category]


def _type_line(row: UiNode) -> tuple[str, int] | None:
    """Type and number of its activities."""
    number = under(row, "aggregated_stats_num_tracks").strip("()")
    return (under(row, "aggregated_stats_type_label"), int(number)) if number.isdigit() else None


def type_of(track: SeenTrack) -> Generator[Action | Look, Observation, str]:
    """The type of an activity of the list in front, from its form; ends at the list."""
    container = yield from wait_for(LIST)
    observation = yield LOOK
    if not any(track_line(row) == track for row in whole_rows(container)):
        for _ in range(PAGES_MAX):
            observation = yield page(container.bounds, "up")
            container = find(observation, LIST) or container
            if any(track_line(row) == track for row in whole_rows(container)):
                break
    yield LongPress(at=_place(observation, track))
    yield from tap(resource_id="list_context_menu_edit")
    field = yield from wait_for(_TYPE)
    yield from back()
    yield from wait_for(LIST)
    return field_content(field)
