"""An event or task while it is edited: the draft, how changes of it hang together, and saving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal, TypeAlias

from device_farm.simulator.apps.calendar import reminders
from device_farm.simulator.apps.calendar.access import (
    DUPLICATE,
    EVENT_ID,
    OCCURRENCE,
    START,
    config_of,
    store_of,
    zone_of,
)
from device_farm.simulator.apps.calendar.formats import is_last_day
from device_farm.simulator.apps.calendar.model import (
    ALL_DAY,
    LAST_DAY,
    REMINDER_OFF,
    SAME_DAY,
    TYPE_EVENT,
    TYPE_TASK,
    Event,
    is_monthly,
    is_weekly,
    is_yearly,
)
from device_farm.simulator.toolkit.app import Context

Scope: TypeAlias = Literal["one", "future", "all"]
_LATE_HOUR = 23


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorState:
    """`draft` holds everything but the texts, whose fields are view state. `original` is what was opened, with the
    times of its occurrence. `mask` and `limit` are what an open dialog has got so far."""

    draft: Event
    original: Event
    missing: bool = False
    mask: int = 0
    limit: int = 0


Editor = Context[EditorState]


def loaded(context: Editor, *, task: bool) -> EditorState:
    """The state that the intent asks for: a stored event or a new one."""
    extras = context.intent.extras
    event_id = int(extras.get(EVENT_ID, 0))  # type: ignore[arg-type]
    if not event_id:
        fresh = _new(context, task=task)
        return EditorState(draft=fresh, original=fresh)
    event = store_of(context).get(event_id)
    if event is None:
        return EditorState(draft=Event(), original=Event(), missing=True)
    at_s = int(extras.get(OCCURRENCE, 0)) or event.start_ts  # type: ignore[arg-type]
    event = replace(event, start_ts=at_s, end_ts=at_s + event.end_ts - event.start_ts)
    if extras.get(DUPLICATE):
        return EditorState(draft=replace(event, id=0, import_id=""), original=replace(event, id=0, import_id=""))
    return EditorState(draft=event, original=event)


def _new(context: Editor, *, task: bool) -> Event:
    config, extras = config_of(context), context.intent.extras
    begin = extras.get("beginTime")
    start = int(extras.get(START, 0)) or int(context.now_s)  # type: ignore[arg-type]
    minutes = config.default_minutes
    if begin is not None:
        start = int(begin) // 1000  # type: ignore[arg-type]
        minutes = max(0, int(extras.get("endTime", begin)) // 1000 - start) // 60  # type: ignore[arg-type]
    elif extras.get("new_event_set_hour_duration"):
        # An event made at 23:00 in the weekly view ends at 23:59, so that it stays on its day.
        minutes = 59 if context.local(start).hour == _LATE_HOUR else 60
    first, second, third = config.reminders
    return Event(
        start_ts=start,
        end_ts=start if task else start + minutes * 60,
        title=str(extras.get("title", "")),
        location=str(extras.get("eventLocation", "")),
        description=str(extras.get("description", "")),
        reminder_1_minutes=first,
        reminder_2_minutes=second,
        reminder_3_minutes=third,
        flags=ALL_DAY if extras.get("allDay") else 0,
        event_type=config.event_type,
        type=TYPE_TASK if task else TYPE_EVENT,
    )


def change(context: Editor, **fields: int | str) -> None:
    context.update(draft=replace(context.state.draft, **fields))  # type: ignore[arg-type]


def set_date(context: Editor, year: int, month: int, day: int, *, end: bool) -> None:
    draft = context.state.draft
    old = context.local(draft.end_ts if end else draft.start_ts)
    _set_moment(context, old.replace(year=year, month=month, day=day), end=end)


def set_time(context: Editor, hour: int, minute: int, *, end: bool) -> None:
    draft = context.state.draft
    old = context.local(draft.end_ts if end else draft.start_ts)
    _set_moment(context, old.replace(hour=hour, minute=minute), end=end)


def _set_moment(context: Editor, at: datetime, *, end: bool) -> None:
    """A new start takes the end along; a weekly repetition on one day follows the start's weekday."""
    draft, at_s = context.state.draft, int(at.timestamp())
    if end:
        change(context, end_ts=at_s)
        return
    change(
        context,
        start_ts=at_s,
        end_ts=at_s + draft.end_ts - draft.start_ts,
        repeat_rule=_following_rule(draft, at),
    )


def _following_rule(draft: Event, start: datetime) -> int:
    rule = draft.repeat_rule
    if is_weekly(draft.repeat_interval):
        return 1 << start.weekday() if rule.bit_count() == 1 else rule
    return SAME_DAY if rule == LAST_DAY and not is_last_day(start.date()) else rule


def set_interval(context: Editor, interval: int) -> None:
    draft = context.state.draft
    rule = 0
    if is_weekly(interval):
        rule = 1 << context.local(draft.start_ts).weekday()
    elif is_monthly(interval) or is_yearly(interval):
        rule = SAME_DAY
    change(context, repeat_interval=interval, repeat_rule=rule)


def set_rule(context: Editor, rule: int) -> None:
    """No day of the week left means that nothing repeats any more."""
    if rule:
        change(context, repeat_rule=rule)
    else:
        change(context, repeat_rule=0, repeat_interval=0)


def entered(context: Editor) -> Event:
    """The draft with the texts, and with the times and reminders as they are stored."""
    draft = context.state.draft
    start, end = draft.start_ts, draft.end_ts
    if draft.all_day:
        zone = zone_of(context)
        days = [datetime.fromtimestamp(at, zone).date() for at in (start, end)]
        start = int(datetime.combine(days[0], time(), zone).timestamp())
        end = int((datetime.combine(days[1], time(), zone) + timedelta(hours=12)).timestamp())
    first, second, third = (*sorted(draft.reminders), *(REMINDER_OFF,) * 3)[:3]
    return replace(
        draft,
        start_ts=start,
        end_ts=start if draft.is_task else end,
        title=context.text("title", draft.title).strip(),
        location=context.text("location", draft.location).strip(),
        description=context.text("description", draft.description).strip(),
        reminder_1_minutes=first,
        reminder_2_minutes=second,
        reminder_3_minutes=third,
        repeat_limit=draft.repeat_limit if draft.repeat_interval else 0,
    )


def changed(context: Editor) -> bool:
    state = context.state
    now, before = entered(context), state.original
    texts = (now.title, now.location, now.description) != (before.title, before.location, before.description)
    return texts or state.draft != state.original


def save(context: Editor) -> None:
    """The check at the top: complains, warns about reminders once, or stores and leaves."""
    event = entered(context)
    if event.reminders and not config_of(context).flag("was_alarm_warning_shown"):
        context.dialog("reminder_warning", "save")
    elif not event.title:
        context.toast("Title cannot be empty")
        context.focus("title")
    elif event.start_ts > event.end_ts:
        context.toast("The event cannot end earlier than it starts")
    elif event.reminders and not context.has_permission(reminders.PERMISSION):
        context.request_permission(reminders.PERMISSION)
    elif event.id and event.repeat_interval and context.state.original.repeat_interval:
        context.dialog("edit_repeating")
    else:
        store(context, event)


def store(context: Editor, event: Event) -> None:
    """Writes the event, sets its reminder and leaves."""
    config = config_of(context)
    if config.flag("use_previous_event_reminders"):
        config.put(
            reminder_minutes=event.reminder_1_minutes,
            reminder_minutes_2=event.reminder_2_minutes,
            reminder_minutes_3=event.reminder_3_minutes,
        )
    config.put(last_used_local_event_type_id=event.event_type)
    config.show_type(event.event_type)
    event = replace(
        event,
        import_id=event.import_id or _import_id(context),
        time_zone=event.time_zone or str(zone_of(context)),
        source=event.source if event.id else "simple-calendar",
        last_updated=int(context.now_s * 1000),
    )
    stored = replace(event, id=store_of(context).save(event))
    reminders.saved(context, stored)
    if not event.id and event.start_ts <= context.now_s and stored.reminders and not stored.repeat_interval:
        reminders.notify(context, stored)
    context.finish()


def _import_id(context: Editor) -> str:
    """Unique and dependent on nothing but the phone: its seed and its time."""
    noise = context.random(f"import {context.now_s}")
    return f"{noise.getrandbits(128):032x}{int(context.now_s * 1000)}"


def store_repeated(context: Editor, scope: Scope) -> None:
    """An occurrence of a repeated event was edited: it alone, it and all later ones, or all of them."""
    event, before = entered(context), context.state.original
    stored = store_of(context).get(event.id)
    match scope:
        case "one":
            event = replace(event, parent_id=event.id, id=0, repeat_interval=0, repeat_rule=0, repeat_limit=0)
        case "future":
            store_of(context).end_before(event.id, before.start_ts)
            event = replace(event, id=0)
        case "all" if stored is not None:
            # The series moves by as much as this occurrence was moved.
            start = stored.start_ts + event.start_ts - before.start_ts
            event = replace(event, start_ts=start, end_ts=start + event.end_ts - event.start_ts)
        case "all":
            event = replace(event, id=0)
    store(context, event)
