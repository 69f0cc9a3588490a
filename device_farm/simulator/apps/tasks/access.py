"""How the screens get at tasks and preferences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.apps.tasks.model import LOW, Task
from device_farm.simulator.apps.tasks.schema import DATABASE, PACKAGE, SCHEMA
from device_farm.simulator.apps.tasks.sorting import DUE, MY_TASKS, Order
from device_farm.simulator.apps.tasks.store import Alarm, TaskStore
from device_farm.simulator.toolkit.app import AppContext, Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A task in the editor: `task` without the texts being typed, as it was opened in `original`."""

    task: Task
    original: Task
    alarms: tuple[Alarm, ...] = ()
    original_alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """`chosen` names the list that is shown: `my_tasks`, `today`, `recent`, `tag:NAME`, `list:NAME`.

    `searching` shows the field at the top. `session` counts editors, so that each has text fields of its own.
    """

    chosen: str = MY_TASKS
    searching: bool = False
    selected: tuple[int, ...] = ()
    folded: frozenset[str] = frozenset()
    draft: Draft | None = None
    session: int = 0


Tasks = Context[ListState]


def zone_of(context: AppContext) -> tzinfo:
    return context.local().tzinfo or UTC


def store_of(context: AppContext) -> TaskStore:
    return TaskStore(room_database(context, DATABASE, SCHEMA), int(context.now_s * 1000))


def preferences(context: AppContext) -> PreferenceStore:
    return PreferenceStore(context.files, PACKAGE)


def order_of(context: AppContext) -> Order:
    stored = preferences(context)
    return Order(
        group=stored.number("group_mode", DUE),
        sort=stored.number("sort_mode", DUE),
        group_ascending=stored.flag("group_ascending", True),
        sort_ascending=stored.flag("sort_ascending", True),
        show_completed=stored.flag("show_completed_tasks", True),
        show_unstarted=stored.flag("show_hidden_tasks", True),
        completed_at_bottom=stored.flag("completed_tasks_at_bottom", True),
    )


def new_uuid(context: AppContext, purpose: str) -> str:
    """Unique, and dependent on nothing but the phone's seed and time."""
    return str(context.random(f"{purpose} {context.now_s}").getrandbits(63))


def default_task(context: AppContext, chosen: str) -> Task:
    """A new task in the list `chosen`."""
    kind, _, name = chosen.partition(":")
    task = Task(importance=preferences(context).number("p_default_importance_key", LOW), list_name="Default list")
    if kind == "tag":
        return replace(task, tags=(name,))
    return replace(task, list_name=name) if kind == "list" else task
