"""The editor's draft: opening, changing, saving, leaving."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from device_farm.simulator.apps.tasks import reminders
from device_farm.simulator.apps.tasks.access import (
    Draft,
    Tasks,
    default_task,
    new_uuid,
    store_of,
    zone_of,
)
from device_farm.simulator.apps.tasks.model import Task, has_time, local, moment, start_moment
from device_farm.simulator.apps.tasks.sorting import TODAY
from device_farm.simulator.apps.tasks.store import RELATIVE_TO_DUE, Alarm


def open_task(context: Tasks, task: Task) -> None:
    alarms = tuple(store_of(context).alarms(task.id))
    _open(context, Draft(task=task, original=task, alarms=alarms, original_alarms=alarms))


def open_new(context: Tasks, *, parent: Task | None = None, title: str = "") -> None:
    """A new task of the list that is shown; one of today's is due today. It reminds when it is due."""
    task = replace(default_task(context, context.state.chosen), title=title)
    if context.state.chosen == TODAY:
        task = replace(task, due=moment(context.local().date(), None, zone_of(context)))
    if parent is not None:
        task = replace(task, parent=parent.id, list_name=parent.list_name)
    alarms = (Alarm(type=RELATIVE_TO_DUE),)
    _open(context, Draft(task=task, original=task, alarms=alarms, original_alarms=alarms))


def _open(context: Tasks, draft: Draft) -> None:
    context.update(draft=draft, session=context.state.session + 1, selected=())


def key(context: Tasks, name: str) -> str:
    """A text field's key in this editor."""
    return f"{name}_{context.state.session}"


def change(context: Tasks, **fields: object) -> None:
    draft = context.state.draft
    if draft is not None:
        context.update(draft=replace(draft, task=replace(draft.task, **fields)))  # type: ignore[arg-type]


def change_alarms(context: Tasks, alarms: tuple[Alarm, ...]) -> None:
    draft = context.state.draft
    if draft is not None:
        context.update(draft=replace(draft, alarms=alarms))


def set_due(context: Tasks, day: date | None, at: time | None) -> None:
    change(context, due=0 if day is None else moment(day, at, zone_of(context)))


def set_start(context: Tasks, day: date | None, at: time | None) -> None:
    change(context, hide_until=0 if day is None else start_moment(day, at, zone_of(context)))


def parts(context: Tasks, at_ms: int) -> tuple[date | None, time | None]:
    """A stored moment as day and time of the day."""
    if not at_ms:
        return None, None
    at = local(at_ms, zone_of(context))
    return at.date(), at.time().replace(second=0, microsecond=0) if has_time(at_ms) else None


def entered(context: Tasks, draft: Draft) -> Task:
    return replace(
        draft.task,
        title=context.text(key(context, "title"), draft.task.title).strip(),
        notes=context.text(key(context, "notes"), draft.task.notes).strip(),
    )


def is_changed(context: Tasks, draft: Draft) -> bool:
    return entered(context, draft) != draft.original or draft.alarms != draft.original_alarms


def save(context: Tasks) -> None:
    """Stores what was entered and goes back to the list; a new task without any content is dropped."""
    draft = context.state.draft
    if draft is None:
        return
    task = entered(context, draft)
    if task.id or is_changed(context, draft):
        store_of(context).save(
            replace(task, title=task.title or "(No title)" if not task.id else task.title),
            draft.alarms,
            new_remote_id=new_uuid(context, "task"),
        )
        reminders.schedule_all(context)
    close(context)


def close(context: Tasks) -> None:
    context.focus(None)
    context.update(draft=None)


def delete(context: Tasks, ids: tuple[int, ...]) -> None:
    store_of(context).delete(ids)
    for task_id in ids:
        reminders.forget(context, task_id)
    reminders.schedule_all(context)
    text = "Task deleted" if len(ids) == 1 else f"{len(ids)} tasks deleted"
    context.snackbar(text)
