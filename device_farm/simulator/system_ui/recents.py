"""Recents: a card a task, the latest first; tap to resume, swipe up to dismiss, Clear all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.state import Task
from device_farm.simulator.system_ui.app_window import app_windows, full_screen
from device_farm.simulator.system_ui.home import app_icon
from device_farm.simulator.system_ui.window import LAUNCHER, Window, lay_out
from device_farm.simulator.toolkit.base import Direction, Widget
from device_farm.simulator.toolkit.containers import Card, Column, Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import Button
from device_farm.simulator.toolkit.emit import emit_node
from device_farm.simulator.toolkit.field_box import Miniature
from device_farm.simulator.toolkit.metrics import (
    NAVIGATION_BAR_PX,
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    STATUS_BAR_PX,
    px,
)
from device_farm.simulator.toolkit.ops import Op
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

CARD_WIDTH_DP = 300.0
PAGE_DRAFT = "page"


def recents_window(phone: SimulatedPhone) -> Window:
    """The card in the middle belongs to the task at the chosen page; its neighbours look in from the sides."""
    tasks = tuple(reversed(phone.state.tasks))
    chosen = phone.view("recents").drafts.get(PAGE_DRAFT, 0)
    page = min(chosen if isinstance(chosen, int) else 0, max(0, len(tasks) - 1))
    if tasks:
        body: Widget = Column(
            (
                Stack((_cards(phone, tasks, page),), weight=1),
                Row((Button("Clear all", style="tonal", on_tap=lambda: _clear(phone), resource_id="clear_all"),),
                    main="center", padding=(0, 8, 0, 24)),
            ),
            resource_id="overview_panel",
        )  # fmt: skip
    else:
        empty = (Icon("history", size=48, colour="on_surface_variant"), Text("No recent items", style="title"))
        body = Column(empty, main="center", cross="center", gap=16, on_tap=phone.activities.home)
    area = Rect(0, STATUS_BAR_PX, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX)
    window = lay_out(phone, body, area, name="recents", package=LAUNCHER, ref="recents")
    window.root = full_screen(window.root, window.scope.theme.colour("surface_high"))
    return window


def _clear(phone: SimulatedPhone) -> None:
    for task in phone.state.tasks:
        phone.activities.remove_task(task.id)
    phone.activities.home()


def _cards(phone: SimulatedPhone, tasks: tuple[Task, ...], page: int) -> Widget:
    shown: list[Widget] = [Spacer(width=18 if page + 1 >= len(tasks) else 6)]
    # The older task to the left, as on Android.
    for offset, width in ((1, 30.0), (0, CARD_WIDTH_DP), (-1, 30.0)):
        index = page + offset
        if 0 <= index < len(tasks):
            shown.append(_card(phone, tasks[index], index, len(tasks), width))
    return Row(tuple(shown), gap=12, main="center", padding=(8, 48, 8, 24), cross="stretch")


def _card(phone: SimulatedPhone, task: Task, index: int, count: int, width: float) -> Widget:
    package = phone.packages.get(task.package)
    label = package.label if package is not None else task.package

    def swiped(direction: Direction) -> None:
        match direction:
            case "up":
                phone.activities.remove_task(task.id)
                if not phone.state.tasks:
                    phone.activities.home()
            case "right":
                _turn(phone, min(index + 1, count - 1))
            case "left":
                _turn(phone, max(index - 1, 0))
            case "down":
                pass

    parts: list[Widget] = []
    # The neighbours that look in from the sides have no header.
    if package is not None and width == CARD_WIDTH_DP:
        title = Text(label, style="title", max_lines=1, weight=1)
        parts.append(Row((app_icon(package.app.icon, 32), title), gap=12, padding=(16, 16)))
    parts.append(_preview(phone, task))
    card = Card(Column(tuple(parts), height="fill"), radius=24, weight=1, background="surface_low")
    return Column(
        (card,),
        width=width,
        radius=24,
        elevation=2,
        description=label,
        resource_id="task",
        class_name="android.widget.FrameLayout",
        on_tap=lambda: _resume(phone, task.id),
        on_swipe=swiped,
    )


def _preview(phone: SimulatedPhone, task: Task) -> Widget:
    """The task's screen as it was left, smaller."""
    record = phone.callbacks.created(task.top.id)
    bottom = SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX
    windows = None
    if record is not None:
        windows = phone.callbacks.guarded(task.package, lambda: app_windows(phone, record, bottom))
    if not windows:
        return Spacer(weight=1)
    ops: list[Op] = []
    for window in windows:
        emit_node(window.root, ops.append, (0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX))
    return Miniature(tuple(ops), px(CARD_WIDTH_DP) / SCREEN_WIDTH_PX, weight=1)


def _turn(phone: SimulatedPhone, page: int) -> None:
    phone.set_view("recents", phone.view("recents").with_draft(PAGE_DRAFT, page))


def _resume(phone: SimulatedPhone, task_id: int) -> None:
    _turn(phone, 0)
    phone.activities.resume(task_id)
