"""Ways through the screen that AndroidWorld's experts share: opening an app in few steps, reading a long list."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Final, TypeVar

from device_farm.types.action import Action, Click, LongPress, Swipe, SystemButton, TypeText
from device_farm.types.geometry import Point, Rect
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.basics.phone.common import tap_icon
from gui_agent.benchmarks.ui import Direction, ExpertStuck, Match, Plain, UiScript, find, visible_nodes, wait_for

T = TypeVar("T")
PAGES_MAX: Final = 12
# Slow enough that the list stops where the finger leaves it, give or take a row.
_SWIPE_MS: Final = 1500
_PAGE_SHARE: Final = 0.75


def start_app(label: str) -> Plain:
    """Opens an app from the home screen or from the drawer below it, by touch, in one to four steps."""
    observation = yield LOOK
    if not _at_home(observation):
        yield SystemButton(button="home")
    yield from tap_icon(label)


def _at_home(observation: Observation) -> bool:
    return any(node.resource_id.endswith(":id/hotseat") for node in visible_nodes(observation))


def fill(match: Match, text: str) -> Plain:
    """Types into an empty field, which is tapped only where it does not wait for the keyboard already."""
    field = yield from wait_for(match)
    if "focused" not in field.states:
        yield Click(at=field.bounds.center)
    yield TypeText(text=text)


def page(area: Rect, direction: Direction) -> Swipe:
    """Moves a list by most of a page; what was last in sight stays in sight."""
    middle, reach = area.center, int(area.height * _PAGE_SHARE / 2)
    low, high = Point(middle.x, middle.y + reach), Point(middle.x, middle.y - reach)
    start, end = (low, high) if direction == "down" else (high, low)
    return Swipe(start=start, end=end, duration_ms=_SWIPE_MS)


def whole_rows(container: UiNode) -> tuple[UiNode, ...]:
    """The rows of a list of equal rows, without those that its edges cut."""
    rows = [row for row in container.children if row.bounds.area > 0]
    full = max((row.bounds.height for row in rows), default=0)
    return tuple(row for row in rows if row.bounds.height >= full - 1)


def under(node: UiNode, resource_id: str) -> str:
    """The text of the element below `node` with this short resource id, "" where there is none."""
    return next((found.text for found in node.walk() if found.resource_id.endswith(f":id/{resource_id}")), "")


def bring_row(container: Match, title_id: str, title: str, key: Callable[[str], str | int]) -> UiScript:
    """Scrolls a list until the row with this title is whole in sight.

    `title_id` is the short resource id of the rows' titles; `key` says where the list, which it sorts, has a title.

    Raises:
        ExpertStuck: it does not come into sight.
    """
    observation = yield LOOK
    for _ in range(PAGES_MAX):
        found = find(observation, container)
        if found is None:
            break
        rows = {under(row, title_id): row for row in whole_rows(found)}
        if title in rows:
            return rows[title]
        above = bool(rows) and _before(key(title), key(next(iter(rows))))
        observation = yield page(found.bounds, "up" if above else "down")
    raise ExpertStuck(f"no row {title!r} in the list")


def _before(one: str | int, other: str | int) -> bool:
    """Whether one place in a list is above another; both are of one kind."""
    return one < other if isinstance(one, int) and isinstance(other, int) else str(one) < str(other)


def select_rows(container: Match, title_id: str, titles: Sequence[str], key: Callable[[str], str | int]) -> Plain:
    """Selects rows of a list in this order: the first by holding it, the others by a tap."""
    for number, title in enumerate(titles):
        row = yield from bring_row(container, title_id, title, key)
        yield LongPress(at=row.bounds.center) if number == 0 else Click(at=row.bounds.center)


def joined(seen: list[T], shown: list[T]) -> list[T]:
    """`seen` continued by `shown`, whose beginning repeats the end of `seen`."""
    for size in range(min(len(seen), len(shown)), 0, -1):
        if seen[-size:] == shown[:size]:
            return seen + shown[size:]
    return seen + shown


def read_list(
    container: Match,
    read: Callable[[UiNode], T | None],
    *,
    until: Callable[[T], bool] = lambda item: False,
    on_page: Callable[[Observation, list[T]], Plain] | None = None,
) -> Generator[Action | Look, Observation, list[T]]:
    """Every row of a list from the top on, page by page, to its end or to a row that `until` says is enough.

    `read` makes an item of a row, None for a row that is none. `on_page` may act on the rows that are new on a page.
    No list on the screen is an empty one.
    """
    items: list[T] = []
    observation = yield LOOK
    for _ in range(PAGES_MAX):
        found = find(observation, container)
        if found is None:
            return items
        shown = [item for row in whole_rows(found) if (item := read(row)) is not None]
        longer = joined(items, shown)
        new = longer[len(items) :]
        items = longer
        if on_page is not None:
            yield from on_page(observation, new)
        if not new or any(until(item) for item in new) or "scrollable" not in found.states:
            return items
        observation = yield page(found.bounds, "down")
    return items
