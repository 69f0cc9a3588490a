"""Completing tasks: a repeated one moves on to its next date instead."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from device_farm.simulator.apps.tasks import reminders
from device_farm.simulator.apps.tasks.access import Tasks, store_of, zone_of
from device_farm.simulator.apps.tasks.formats import date_time
from device_farm.simulator.apps.tasks.model import Task, local
from device_farm.simulator.toolkit.app import AppContext

UNDO_COMPLETION = "undo_completion"
FROM_COMPLETION = 1
_STEPS = {"DAILY": 1, "WEEKLY": 7}
_MONTHS = {"MONTHLY": 1, "YEARLY": 12}


def next_due(task: Task, now: datetime) -> int:
    """The due date (ms) after the current one by the task's RRULE; 0 where it has none that is understood."""
    parts = dict(re.findall(r"(\w+)=([^;]+)", task.recurrence))
    interval = int(parts["INTERVAL"]) if parts.get("INTERVAL", "").isdigit() else 1
    zone = now.tzinfo
    if zone is None:
        return 0
    due = local(task.due, zone) if task.due else now.replace(hour=12, minute=0, second=0, microsecond=0)
    if task.repeat_from == FROM_COMPLETION:
        due = due.replace(year=now.year, month=now.month, day=now.day)
    frequency = parts.get("FREQ", "")
    if frequency in _STEPS:
        following = due + timedelta(days=_STEPS[frequency] * max(1, interval))
    elif frequency in _MONTHS:
        number = due.year * 12 + due.month - 1 + _MONTHS[frequency] * max(1, interval)
        year, month = number // 12, number % 12 + 1
        following = due.replace(year=year, month=month, day=min(due.day, calendar.monthrange(year, month)[1]))
    else:
        return 0
    return int(following.timestamp() * 1000)


def complete(context: AppContext, task: Task) -> Task:
    """Stores that the task is done; gives it as it is then."""
    following = next_due(task, context.local()) if task.recurrence else 0
    if following:
        moved = following - task.due if task.due else 0
        done = replace(task, due=following, hide_until=task.hide_until + moved if task.hide_until else 0)
    else:
        done = replace(task, completed=int(context.now_s * 1000))
    store_of(context).save(done)
    reminders.forget(context, task.id)
    return done


def set_completed(context: Tasks, ids: Sequence[int], done: bool) -> None:
    """From the list: with a message that offers to take it back."""
    store = store_of(context)
    tasks = [task for task in store.all() if task.id in ids]
    if not done:
        for task in tasks:
            store.save(replace(task, completed=0))
        reminders.schedule_all(context)
        return
    after = [complete(context, task) for task in tasks]
    reminders.schedule_all(context)
    before = tuple((task.id, task.due, task.hide_until, task.completed) for task in tasks)
    if len(after) == 1 and not after[0].completed:
        due = date_time(after[0].due, context.local(), zone_of(context), is_24_hour=context.is_24_hour)
        text = f"{after[0].title} rescheduled for {due}"
    else:
        text = "Task completed" if len(after) == 1 else f"{len(after)} tasks completed"
    context.snackbar(text, action="Undo", event=UNDO_COMPLETION, argument=before)


def undo(context: Tasks, argument: object) -> None:
    if not isinstance(argument, tuple):
        return
    store = store_of(context)
    tasks = {task.id: task for task in store.all()}
    for task_id, due, hide_until, completed in argument:
        if task_id in tasks:
            store.save(replace(tasks[task_id], due=due, hide_until=hide_until, completed=completed))
    reminders.schedule_all(context)
