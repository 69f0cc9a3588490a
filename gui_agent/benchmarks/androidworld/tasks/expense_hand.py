"""How the experts work in Pro Expense: find an expense in the logs, delete it, type a new one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, Literal

from device_farm.types.action import Action, Click, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import page, start_app
from gui_agent.benchmarks.androidworld.tables import Row
from gui_agent.benchmarks.androidworld.tasks.expense_book import category_name
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import (
    ExpertStuck,
    Match,
    Plain,
    back,
    find,
    swipe_action,
    tap,
    visible_nodes,
    wait_for,
    wait_gone,
)

_ADD: Final = Match(resource_id="fb_main_add")
_LOGS: Final = Match(resource_id="rv_expense")
_CHIPS: Final = Match(resource_id="rv_category")
_SWIPES_MAX: Final = 14


def amount_shown(row: Row) -> str:
    """As the app writes it: grouped, without trailing zeros."""
    cents = int(str(row["amount"]))
    return f"{cents // 100:,}{f'.{cents % 100:02d}'.rstrip('0').rstrip('.')}"


def open_expenses() -> Plain:
    yield from start_app("Pro Expense")
    yield from wait_for(_ADD)


def open_logs() -> Plain:
    yield from open_expenses()
    yield from tap(resource_id="btn_more_logs")
    yield from wait_for(Match(text="Expense Logs"))


def _lines(observation: Observation) -> list[tuple[str, str, Point]]:
    """(name, amount, place) of the expenses in sight, from top to bottom."""
    amounts = [node for node in visible_nodes(observation) if node.resource_id.endswith("/tv_amount")]
    found = []
    for node in visible_nodes(observation):
        if node.resource_id.endswith("/tv_name"):
            beside = [other for other in amounts if _same_line(node, other)]
            found.append((node.text, beside[0].text if beside else "", node.bounds.center))
    return sorted(found, key=lambda line: line[2].y)


def _same_line(name: UiNode, amount: UiNode) -> bool:
    return abs(name.bounds.center.y - amount.bounds.center.y) < 2 * name.bounds.height


def delete_expense(row: Row) -> Plain:
    """Finds the expense of that name, amount and note in the logs and deletes it. Raises ExpertStuck."""
    wanted = (str(row["name"]), amount_shown(row))
    ways: tuple[Literal["down", "up"], ...] = ("down", "up")
    observation = yield LOOK
    for way in ways:
        for _ in range(_SWIPES_MAX):
            for name, amount, place in _lines(observation):
                if (name, amount) == wanted and (yield from _open_and_delete(place, str(row["note"] or ""))):
                    return
            observation = yield LOOK
            before = _lines(observation)
            area = find(observation, _LOGS)
            if area is None:
                break
            observation = yield page(area.bounds, way)
            if _lines(observation) == before:
                break
    raise ExpertStuck(f"no expense {wanted} with the note {row['note']!r} in the logs")


def _open_and_delete(place: Point, note: str) -> Generator[Action | Look, Observation, bool]:
    yield Click(at=place)
    yield from wait_for(Match(resource_id="tv_amount_value"))
    observation = yield LOOK
    shown = find(observation, Match(resource_id="tv_note_value"))
    if (shown.text if shown is not None else "") != note:
        yield from back()
        return False
    yield from tap(resource_id="btn_delete")
    yield from tap(text="CONFIRM")
    yield from wait_gone(Match(text="CONFIRM"))
    return True


def add_expense(row: Row) -> Plain:
    """Types a new expense, from the start page back to it. Enter leads from a field to the next."""
    yield from tap(_ADD)
    yield from wait_for(Match(resource_id="edt_name", state="focused"))
    cents = int(str(row["amount"]))
    yield TypeText(text=f"{row['name']}\n{cents // 100}.{cents % 100:02d}\n{row['note']}")
    yield from _pick_category(category_name(row["category"]))
    yield from tap(resource_id="btn_save")
    yield from wait_for(_ADD)


def _pick_category(name: str) -> Plain:
    observation = yield LOOK
    for _ in range(6):
        chips = find(observation, _CHIPS)
        if chips is None:
            break
        chip = find(observation, Match(text=name, within=chips.bounds))
        if chip is not None:
            yield Click(at=chip.bounds.center)
            return
        observation = yield swipe_action(observation, "right", within=chips.bounds, fraction=0.8)
    raise ExpertStuck(f"no category {name!r} among the chips")
