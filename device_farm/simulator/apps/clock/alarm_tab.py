"""The list of alarms: cards that open for label, days, sound, vibration and deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from device_farm.simulator.apps.clock.alarm_manager import delete_alarm, next_time, save_alarm, store_of
from device_farm.simulator.apps.clock.alarm_store import Alarm
from device_farm.simulator.apps.clock.state import ClockContext
from device_farm.simulator.apps.clock.weekdays import DISPLAY_ORDER, NAMES, days_text, has_day, until_text, with_day
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.toolkit import widgets as w

# Height of a closed card with the gap below it, in dp.
_CARD_HEIGHT = 160.0

SOUNDS: tuple[tuple[str, str], ...] = (
    ("Default (Cesium)", ""),
    ("Silent", "silent"),
    *(
        (name, f"content://media/internal/audio/media/{number}")
        for number, name in enumerate(("Argon", "Carbon", "Helium", "Krypton", "Neon", "Oxygen", "Platinum"), start=2)
    ),
)


def alarm_list(context: ClockContext) -> w.Widget:
    alarms = store_of(context).alarms()
    if not alarms:
        return w.Column(
            (w.Icon("alarm_off", size=96, colour="outline"), w.Text("No Alarms", style="title")),
            main="center",
            cross="center",
            gap=12,
        )
    return w.Scroll(
        tuple(_card(context, alarm) for alarm in alarms),
        key="alarms",
        gap=8,
        padding=(12, 8, 12, 96),
        resource_id="alarm_recycler_view",
    )


def _card(context: ClockContext, alarm: Alarm) -> w.Widget:
    expanded = context.state.expanded == alarm.id
    label = _label_row(context, alarm, expanded)
    clock = w.Row(
        (
            w.Text(
                time_text(alarm.hour, alarm.minute, context.is_24_hour),
                style="display",
                colour="on_surface" if alarm.enabled else "on_surface_variant",
                resource_id="digital_clock",
                on_tap=partial(context.dialog, "time", alarm.id),
            ),
            w.Spacer(weight=1),
        )
    )
    summary = w.Row(
        (
            w.Text(_summary(context, alarm), weight=1, resource_id="days_of_week", colour="on_surface_variant"),
            w.Switch(
                alarm.enabled,
                partial(set_enabled, context, alarm),
                resource_id="onoff",
                description=f"{time_text(alarm.hour, alarm.minute, context.is_24_hour)} alarm",
            ),
        )
    )
    parts: tuple[w.Widget, ...] = (label, clock, summary, *(_details(context, alarm) if expanded else ()))
    return w.Card(
        w.Column(parts, padding=(16, 8)),
        on_tap=partial(_expand, context, 0 if expanded else alarm.id),
        description=time_text(alarm.hour, alarm.minute, context.is_24_hour),
    )


def _expand(context: ClockContext, alarm_id: int) -> None:
    context.update(expanded=alarm_id)


def _label_row(context: ClockContext, alarm: Alarm, expanded: bool) -> w.Widget:
    arrow = w.IconButton(
        "expand_less" if expanded else "expand_more",
        description="Collapse alarm" if expanded else "Expand alarm",
        resource_id="arrow",
        on_tap=partial(_expand, context, 0 if expanded else alarm.id),
    )
    if not expanded:
        return w.Row((w.Text(alarm.label, style="title_small", weight=1, max_lines=1, resource_id="label"), arrow))
    text = w.Row(
        (w.Icon("label", size=20, colour="on_surface_variant"), w.Text(alarm.label or "Add label", weight=1)),
        gap=8,
        padding=(0, 12),
        weight=1,
        description="Edit label",
        resource_id="edit_label",
        on_tap=partial(context.dialog, "label", alarm.id),
    )
    return w.Row((text, arrow))


def _summary(context: ClockContext, alarm: Alarm) -> str:
    if alarm.days:
        return days_text(alarm.days)
    if not alarm.enabled:
        return "Not scheduled"
    return "Today" if next_time(context, alarm).date() == context.local().date() else "Tomorrow"


def _details(context: ClockContext, alarm: Alarm) -> tuple[w.Widget, ...]:
    days = w.Row(
        tuple(_day_button(context, alarm, weekday) for weekday in DISPLAY_ORDER),
        main="between",
        padding=(0, 8),
        resource_id="repeat_days",
    )
    sound = next((name for name, uri in SOUNDS if uri == alarm.ringtone), "Unknown ringtone")
    return (
        days,
        w.ListRow(
            sound,
            icon="notifications_active",
            resource_id="choose_ringtone",
            description=f"Ringtone {sound}",
            on_tap=partial(context.dialog, "sound", alarm.id),
        ),
        w.CheckRow(
            "Vibrate",
            alarm.vibrate,
            resource_id="vibrate_onoff",
            on_change=lambda on: _change(context, replace(alarm, vibrate=on)),
        ),
        w.ListRow("Delete", icon="delete", resource_id="delete", on_tap=partial(_delete, context, alarm)),
    )


def _day_button(context: ClockContext, alarm: Alarm, weekday: int) -> w.Widget:
    on = has_day(alarm.days, weekday)
    return w.Column(
        (w.Text(NAMES[weekday][0], style="label_large", align="center", colour="on_primary" if on else "on_surface"),),
        main="center",
        cross="center",
        width=40,
        height=40,
        radius=20,
        background="primary" if on else "surface_highest",
        description=NAMES[weekday],
        selected=on,
        class_name="android.widget.CheckBox",
        resource_id=f"day_button_{weekday}",
        on_tap=lambda: _change(context, replace(alarm, days=with_day(alarm.days, weekday, not on))),
    )


def _change(context: ClockContext, alarm: Alarm) -> None:
    save_alarm(context, alarm)


def set_enabled(context: ClockContext, alarm: Alarm, on: bool) -> None:
    changed = replace(alarm, enabled=on)
    save_alarm(context, changed)
    if on:
        _tell(context, next_time(context, changed))


def _delete(context: ClockContext, alarm: Alarm) -> None:
    delete_alarm(context, alarm.id)
    context.update(expanded=0)
    context.snackbar("Alarm deleted", action="Undo", event="undo", argument=alarm)


def undo_delete(context: ClockContext, alarm: Alarm) -> None:
    save_alarm(context, replace(alarm, id=0))


def _tell(context: ClockContext, when: datetime) -> None:
    context.snackbar(until_text(when - context.local()))


def alarm_dialog(context: ClockContext, name: str, alarm_id: int) -> w.Overlay:
    """The time picker (alarm 0: for a new alarm), the label, the sound."""
    alarm = store_of(context).get(alarm_id)
    if name == "time" or alarm is None:
        return _time_dialog(context, alarm)
    if name == "sound":
        uris = tuple(uri for _, uri in SOUNDS)
        return w.ChoiceDialog(
            "Alarm sound",
            tuple(text for text, _ in SOUNDS),
            uris.index(alarm.ringtone) if alarm.ringtone in uris else -1,
            lambda index: _change(context, replace(alarm, ringtone=uris[index])),
        )
    return w.Dialog(
        title="Add label",
        body=w.TextField("Label", alarm.label, key="label", autofocus=True),
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton(
                "OK", lambda: _change(context, replace(alarm, label=context.text("label", alarm.label).strip()))
            ),
        ),
    )


def _time_dialog(context: ClockContext, alarm: Alarm | None) -> w.Overlay:
    now = context.local()

    def pick(hour: int, minute: int) -> None:
        if alarm is None:
            changed = Alarm(hour=hour, minute=minute)
        else:
            changed = replace(alarm, hour=hour, minute=minute, enabled=True)
        alarm_id = save_alarm(context, changed)
        context.update(expanded=alarm_id)
        place = [other.id for other in store_of(context).alarms()].index(alarm_id)
        context.scroll_to("alarms", place * _CARD_HEIGHT)
        _tell(context, next_time(context, changed))

    if alarm is not None:
        return w.TimePickerDialog(alarm.hour, alarm.minute, pick)
    return w.TimePickerDialog(now.hour, now.minute, pick)
