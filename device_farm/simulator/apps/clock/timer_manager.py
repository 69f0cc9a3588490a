"""What follows from a timer's state: when it runs out, its notification, its end."""

from __future__ import annotations

from device_farm.simulator.apps.clock.timer_store import ClockPreferences
from device_farm.simulator.apps.clock.timers import Timer, TimerState, length_text
from device_farm.simulator.intents import MAIN, Intent
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.toolkit.app import AppContext

TIMER_EVENT = "timer"
STOP_TIMER_ACTION = "timer_stop"
ADD_MINUTE_ACTION = "timer_add_minute"
_TAG = "timer"


def change_timer(context: AppContext, timer: Timer) -> None:
    """Stores `timer`, and plans or cancels its end."""
    ClockPreferences(context.files).save_timer(timer)
    context.unschedule(TIMER_EVENT, timer.id)
    if timer.state is TimerState.RUNNING:
        context.schedule((timer.started_ms + timer.left_ms) / 1000, TIMER_EVENT, timer.id)
    if timer.state is not TimerState.EXPIRED:
        context.cancel_notification(timer.id, _TAG)


def delete_timer(context: AppContext, timer_id: int) -> None:
    context.unschedule(TIMER_EVENT, timer_id)
    context.cancel_notification(timer_id, _TAG)
    ClockPreferences(context.files).delete_timer(timer_id)


def plan_timers(context: AppContext) -> None:
    """After a boot: running timers go on, and those that ran out meanwhile are over."""
    for timer in ClockPreferences(context.files).timers():
        if timer.state is TimerState.RUNNING:
            change_timer(context, timer)


def run_out(context: AppContext, timer_id: int) -> None:
    """The end of a timer has come."""
    timer = _find(context, timer_id)
    if timer is None:
        return
    expired = timer.expire(int(context.now_s * 1000))
    if expired.state is not TimerState.EXPIRED:
        return
    change_timer(context, expired)
    context.notify(
        Notification(
            id=timer.id,
            tag=_TAG,
            title="Time’s up",
            text=timer.label or f"{length_text(timer.length_ms)} Timer",
            channel="Firing alarms & timers",
            icon="hourglass_empty",
            importance="high",
            ongoing=True,
            auto_cancel=False,
            intent=Intent(action=MAIN, package=context.package, extras={"tab": "timer"}),
            actions=(
                NotificationAction(text="Stop", event=STOP_TIMER_ACTION, argument=timer.id),
                NotificationAction(text="+1 min", event=ADD_MINUTE_ACTION, argument=timer.id),
            ),
        )
    )


def stop_timer(context: AppContext, timer_id: int) -> None:
    if (timer := _find(context, timer_id)) is not None:
        change_timer(context, timer.reset())


def add_minute(context: AppContext, timer_id: int) -> None:
    if (timer := _find(context, timer_id)) is not None:
        change_timer(context, timer.add_minute(int(context.now_s * 1000)))


def _find(context: AppContext, timer_id: int) -> Timer | None:
    return next((timer for timer in ClockPreferences(context.files).timers() if timer.id == timer_id), None)
