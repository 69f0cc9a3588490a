"""Makes alarms ring: keeps one coming instance for each enabled alarm, and carries out ringing, snooze and stop.

The life of an instance follows `AlarmStateManager` of AOSP: silent, fired, then dismissed (removed), snoozed or missed.
An alarm without repetition switches itself off when it is dismissed or missed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from device_farm.simulator.apps.clock.alarm_store import (
    DATABASE_PATH,
    PACKAGE,
    SCHEMA,
    Alarm,
    AlarmStore,
    Instance,
    InstanceState,
)
from device_farm.simulator.apps.clock.weekdays import next_ring
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.toolkit.app import AppContext

ALARM_EVENT = "alarm"
SILENCE_EVENT = "alarm_silence"
SNOOZE_ACTION = "alarm_snooze"
STOP_ACTION = "alarm_stop"
ALERT_CLASS = "com.android.deskclock.alarms.AlarmActivity"

# DeskClock's defaults: snooze for ten minutes, fall silent after ten minutes.
SNOOZE_MINUTES = 10
SILENCE_MINUTES = 10
# For how long a missed alarm is worth a notification (MISSED_TIME_TO_LIVE_HOUR_OFFSET).
MISSED_HOURS = 12


def store_of(context: AppContext) -> AlarmStore:
    return AlarmStore(context.database(DATABASE_PATH, SCHEMA))


def next_time(context: AppContext, alarm: Alarm) -> datetime:
    """When `alarm` would ring next, in the phone's time zone."""
    return next_ring(context.local(), alarm.hour, alarm.minute, alarm.days)


def save_alarm(context: AppContext, alarm: Alarm) -> int:
    """Stores a new (id 0) or changed alarm and plans its next instance; returns its id."""
    store = store_of(context)
    if alarm.id:
        store.update(alarm)
    else:
        alarm = replace(alarm, id=store.insert(alarm))
    drop_instances(context, alarm.id)
    if alarm.enabled:
        _plan(context, alarm)
    return alarm.id


def delete_alarm(context: AppContext, alarm_id: int) -> None:
    drop_instances(context, alarm_id)
    store_of(context).delete(alarm_id)


def drop_instances(context: AppContext, alarm_id: int) -> None:
    """Forgets what was planned for an alarm, also one that rings now."""
    store = store_of(context)
    for instance in store.instances():
        if instance.alarm_id == alarm_id:
            _silence(context, instance.id)
    store.delete_instances_of(alarm_id)


def plan_all(context: AppContext) -> None:
    """Brings plan and database together: after a boot, and after a change of the database from outside."""
    store = store_of(context)
    alarms = {alarm.id: alarm for alarm in store.alarms()}
    planned = set()
    for instance in store.instances():
        alarm = alarms.get(instance.alarm_id)
        # A silent instance is planned anew below: clock, time zone or the alarm itself may have changed.
        if alarm is None or not alarm.enabled or instance.state is InstanceState.SILENT:
            _silence(context, instance.id)
            store.delete_instance(instance.id)
        else:
            if instance.state is InstanceState.SNOOZED:
                context.schedule(_unix(context, instance.when), ALARM_EVENT, instance.id)
            planned.add(alarm.id)
    for alarm in alarms.values():
        if alarm.enabled and alarm.id not in planned:
            _plan(context, alarm)


def ring(context: AppContext, instance_id: int) -> None:
    """The time of an instance has come. When the clock was moved past it, it was missed, or is long over."""
    instance = _find(context, instance_id)
    if instance is None:
        return
    late_s = context.now_s - _unix(context, instance.when)
    if late_s > MISSED_HOURS * 3600:
        stop(context, instance_id)
        return
    store_of(context).set_instance(instance.id, InstanceState.FIRED, instance.when)
    context.notify(
        Notification(
            id=instance.id,
            tag="alarm",
            title=instance.label or "Alarm",
            text=time_text(instance.when.hour, instance.when.minute, context.is_24_hour),
            channel="Firing alarms & timers",
            icon="alarm",
            importance="high",
            ongoing=True,
            auto_cancel=False,
            intent=alert_intent(instance.id),
            actions=(
                NotificationAction(text="Snooze", event=SNOOZE_ACTION, argument=instance.id),
                NotificationAction(text="Stop", event=STOP_ACTION, argument=instance.id),
            ),
        )
    )
    context.schedule(_unix(context, instance.when) + SILENCE_MINUTES * 60, SILENCE_EVENT, instance.id)


def alert_intent(instance_id: int) -> Intent:
    """Opens the full screen of a ringing alarm."""
    return Intent(component=ComponentName(PACKAGE, ALERT_CLASS), extras={"instance": instance_id})


def snooze(context: AppContext, instance_id: int) -> None:
    instance = _find(context, instance_id)
    if instance is None:
        return
    _silence(context, instance.id)
    # An instance has no seconds, so they are cut off.
    when = (context.local() + timedelta(minutes=SNOOZE_MINUTES)).replace(second=0, microsecond=0)
    store_of(context).set_instance(instance.id, InstanceState.SNOOZED, when)
    context.schedule(when.timestamp(), ALARM_EVENT, instance.id)
    until = time_text(when.hour, when.minute, context.is_24_hour)
    context.notify(
        Notification(
            id=instance.id,
            tag="alarm",
            title=instance.label or "Alarm",
            text=f"Snoozing until {until}",
            channel="Snoozed alarms",
            icon="alarm",
            actions=(NotificationAction(text="Dismiss", event=STOP_ACTION, argument=instance.id),),
        )
    )


def stop(context: AppContext, instance_id: int) -> None:
    """Dismissed: the instance is over, the alarm gets its next one or switches itself off."""
    instance = _find(context, instance_id)
    if instance is None:
        return
    _silence(context, instance.id)
    store_of(context).delete_instance(instance.id)
    _go_on(context, instance.alarm_id)


def miss(context: AppContext, instance_id: int) -> None:
    """Nobody reacted: the alarm falls silent and a notification says so."""
    instance = _find(context, instance_id)
    if instance is None or instance.state is not InstanceState.FIRED:
        return
    _silence(context, instance.id)
    store_of(context).set_instance(instance.id, InstanceState.MISSED, instance.when)
    when = time_text(instance.when.hour, instance.when.minute, context.is_24_hour)
    context.notify(
        Notification(
            id=instance.id,
            tag="alarm",
            title="Missed alarm",
            text=f"{when} {instance.label}".strip(),
            channel="Missed alarms",
            icon="alarm",
            dismiss_event=STOP_ACTION,
            dismiss_argument=instance.id,
        )
    )
    _go_on(context, instance.alarm_id)


def _go_on(context: AppContext, alarm_id: int) -> None:
    alarm = store_of(context).get(alarm_id)
    if alarm is None:
        return
    if alarm.days:
        _plan(context, alarm)
    else:
        store_of(context).update(replace(alarm, enabled=False))


def _plan(context: AppContext, alarm: Alarm) -> None:
    when = next_time(context, alarm)
    instance_id = store_of(context).add_instance(alarm, when)
    context.schedule(when.timestamp(), ALARM_EVENT, instance_id)


def _silence(context: AppContext, instance_id: int) -> None:
    context.unschedule(ALARM_EVENT, instance_id)
    context.unschedule(SILENCE_EVENT, instance_id)
    context.cancel_notification(instance_id, "alarm")


def _find(context: AppContext, instance_id: int) -> Instance | None:
    return next((instance for instance in store_of(context).instances() if instance.id == instance_id), None)


def _unix(context: AppContext, local: datetime) -> float:
    """Unix time of a local time without a zone."""
    return local.replace(tzinfo=context.local().tzinfo).timestamp()
