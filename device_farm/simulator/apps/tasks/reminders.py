"""Reminders: the alarms that the tasks ask for, and their notifications."""

from __future__ import annotations

from datetime import datetime, time

from device_farm.simulator.apps.tasks.access import preferences, store_of, zone_of
from device_farm.simulator.apps.tasks.model import Task, has_time, local
from device_farm.simulator.apps.tasks.schema import MAIN_CLASS, PACKAGE
from device_farm.simulator.apps.tasks.store import DATE_TIME, RELATIVE_TO_DUE, RELATIVE_TO_START, SNOOZED, Alarm
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.toolkit.app import AppContext

PERMISSION = "android.permission.POST_NOTIFICATIONS"
REMIND = "remind"
SNOOZE = "snooze"
COMPLETE = "complete"
_SNOOZED_EVENT = "snoozed"
_DEFAULT_HOUR = 18
_UNITS = (("day", 1440), ("hour", 60), ("minute", 1))
_SNOOZE_S = 15 * 60
_LATE_S = 6 * 3600
"""A reminder that the clock has jumped past by more than this is over without a word."""


def alarm_s(context: AppContext, task: Task, alarm: Alarm) -> float:
    """When it goes off, in Unix seconds; 0 where it does not. A date without a time counts at 18:00."""
    if alarm.type in (DATE_TIME, SNOOZED):
        return alarm.time / 1000
    base = {RELATIVE_TO_START: task.hide_until, RELATIVE_TO_DUE: task.due}.get(alarm.type, 0)
    if not base:
        return 0
    if not has_time(base):
        hour = preferences(context).number("reminder_time", _DEFAULT_HOUR * 3_600_000) // 3_600_000
        zone = zone_of(context)
        base = int(datetime.combine(local(base, zone).date(), time(hour % 24), zone).timestamp() * 1000)
    return (base + alarm.time) / 1000


def schedule_all(context: AppContext) -> None:
    """Replaces this app's alarms by what the database says."""
    for _, name, argument in context.scheduled():
        if name == REMIND:
            context.unschedule(name, argument)
    store = store_of(context)
    for task in store.all():
        if task.completed:
            continue
        for alarm in store.alarms(task.id):
            at_s = alarm_s(context, task, alarm)
            if at_s > context.now_s:
                context.schedule(at_s, REMIND, (task.id, int(at_s)))


def forget(context: AppContext, task_id: int) -> None:
    context.cancel_notification(task_id)


def due(context: AppContext, argument: object) -> None:
    match argument:
        case (int(task_id), int(at_s)):
            task = store_of(context).get(task_id)
        case _:
            return
    if task is None or task.completed or context.now_s - at_s > _LATE_S or not context.has_permission(PERMISSION):
        return
    context.notify(
        Notification(
            id=task.id,
            title=task.title or "(No title)",
            text=task.notes,
            icon="check_circle",
            channel="notifications",
            importance="high",
            intent=Intent(component=ComponentName(PACKAGE, MAIN_CLASS), extras={"open_task": task.id}),
            actions=(
                NotificationAction(text="Complete", event=COMPLETE, argument=task.id),
                NotificationAction(text="Snooze", event=SNOOZE, argument=task.id),
            ),
        )
    )


def snooze(context: AppContext, argument: object) -> None:
    if isinstance(argument, int):
        forget(context, argument)
        at_s = context.now_s + _SNOOZE_S
        context.schedule(at_s, _SNOOZED_EVENT, (argument, int(at_s)))


def is_due_event(name: str) -> bool:
    return name in (REMIND, _SNOOZED_EVENT)


def alarm_text(alarm: Alarm) -> str:
    """What the editor calls it; a moment is worded by the editor itself."""
    if alarm.type not in (RELATIVE_TO_START, RELATIVE_TO_DUE, DATE_TIME, SNOOZED):
        return "Randomly"
    anchor = "started" if alarm.type == RELATIVE_TO_START else "due"
    minutes = abs(alarm.time) // 60_000
    if not minutes:
        return f"When {anchor}"
    unit, size = next((unit, size) for unit, size in _UNITS if minutes % size == 0)
    number = minutes // size
    way = "before" if alarm.time < 0 else "after"
    return f"{number} {unit}{'' if number == 1 else 's'} {way} {'start' if anchor == 'started' else 'due'}"
