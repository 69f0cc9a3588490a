"""Reminders: what the alarm manager is told, and the notification when its time has come."""

from __future__ import annotations

from datetime import timedelta

from device_farm.simulator.apps.calendar.access import (
    config_of,
    event_intent,
    local_date,
    store_of,
    today,
    zone_of,
)
from device_farm.simulator.apps.calendar.formats import date_text, span_text
from device_farm.simulator.apps.calendar.model import Event
from device_farm.simulator.apps.calendar.repetition import next_reminder
from device_farm.simulator.apps.times import two_digit_time
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.toolkit.app import AppContext

PERMISSION = "android.permission.POST_NOTIFICATIONS"
REMIND = "remind"
SNOOZE = "snooze"
COMPLETE = "complete"
SNOOZED = "snoozed"
_SNOOZE_S = 600
_LATE_S = 6 * 3600
"""A reminder that the clock has jumped past by more than this is over without a word."""


def schedule_all(context: AppContext) -> None:
    """Replaces this app's alarms by what the database says."""
    for _, name, argument in context.scheduled():
        if name == REMIND:
            context.unschedule(name, argument)
    for event in store_of(context).to_remind():
        schedule(context, event)


def schedule(context: AppContext, event: Event) -> float | None:
    """Sets the alarm for the next reminder; gives its time."""
    due = next_reminder(event, context.now_s, zone_of(context))
    if due is None or event.completed:
        return None
    at_s, occurrence = due
    context.schedule(at_s, REMIND, (event.id, occurrence.start_ts, int(at_s)))
    return at_s


def saved(context: AppContext, event: Event) -> None:
    """After an event was saved: sets its alarm and says when it will go off."""
    schedule_all(context)
    due = next_reminder(event, context.now_s, zone_of(context))
    if due is None:
        context.toast("Saving…")
        return
    left = span_text(int(due[0] - context.now_s) + 1)
    context.toast(f"Time remaining till the reminder goes off:\n{left}")


def forget(context: AppContext, event_id: int) -> None:
    context.cancel_notification(event_id)


def due(context: AppContext, argument: object) -> None:
    """The alarm has gone off. The event is looked up anew: it may have been changed from outside since."""
    match argument:
        case (int(event_id), int(start_ts), int(at_s)):
            event = store_of(context).get(event_id)
        case _:
            return
    if event is not None:
        on_time = context.now_s - at_s <= _LATE_S
        occurrences = store_of(context).between(start_ts, start_ts)
        found = [each for each in occurrences if (each.id, each.start_ts) == (event_id, start_ts)]
        if found and on_time and not found[0].completed:
            notify(context, found[0])
        schedule(context, event)


def notify(context: AppContext, event: Event) -> None:
    if not context.has_permission(PERMISSION):
        return
    day, now, config = local_date(context, event.start_ts), today(context), config_of(context)
    if day == now:
        prefix = ""
    elif day == now + timedelta(days=1):
        prefix = "Tomorrow "
    else:
        prefix = f"{date_text(day, now)}, "
    start, end = (two_digit_time(context.local(at), config.is_24_hour) for at in (event.start_ts, event.end_ts))
    span = "All-day" if event.all_day else start if start == end else f"{start} – {end}"
    more = event.location if config.flag("replace_description") else event.description
    actions = [NotificationAction(text="Snooze", event=SNOOZE, argument=(event.id, event.start_ts))]
    if event.is_task:
        complete = NotificationAction(text="Mark completed", event=COMPLETE, argument=(event.id, event.start_ts))
        actions.insert(0, complete)
    context.notify(
        Notification(
            id=event.id,
            title=event.title,
            text=f"{prefix}{span} {more}".strip(),
            icon="event",
            channel=f"simple_calendar_{event.event_type}",
            importance="high",
            intent=event_intent(event),
            actions=tuple(actions),
        )
    )


def act(context: AppContext, name: str, argument: object) -> None:
    """A button under the notification."""
    match argument:
        case (int(event_id), int(start_ts)):
            context.cancel_notification(event_id)
        case _:
            return
    if name == SNOOZE:
        at_s = context.now_s + _SNOOZE_S
        context.schedule(at_s, SNOOZED, (event_id, start_ts, int(at_s)))
        return
    store = store_of(context)
    for event in store.between(start_ts, start_ts):
        if (event.id, event.start_ts) == (event_id, start_ts) and event.is_task:
            store.set_completed(event, completed=True)
