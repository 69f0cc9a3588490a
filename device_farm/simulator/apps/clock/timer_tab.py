"""Timers: the keypad for a new one, and the cards of those there are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from device_farm.simulator.apps.clock.state import ClockContext, ClockState, now_ms, preferences_of
from device_farm.simulator.apps.clock.timer_manager import change_timer, delete_timer
from device_farm.simulator.apps.clock.timers import (
    Timer,
    TimerState,
    countdown_text,
    keypad_description,
    keypad_ms,
    keypad_text,
    length_text,
    new_timer,
)
from device_farm.simulator.toolkit import widgets as w

_KEYS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("00", "0", "delete"))
_MAX_DIGITS = 6


def shows_keypad(context: ClockContext) -> bool:
    return context.state.adding_timer or not preferences_of(context).timers()


def timer_page(context: ClockContext) -> w.Widget:
    if shows_keypad(context):
        return _keypad(context)
    timers = preferences_of(context).timers()
    cards = tuple(_card(context, timer) for timer in reversed(timers))
    return w.Scroll(cards, key="timers", gap=12, padding=(12, 8, 12, 96), resource_id="timer_list")


def timer_fab(context: ClockContext) -> w.Widget | None:
    """Start while something is typed, Add while the timers show."""
    if shows_keypad(context):
        if not keypad_ms(context.state.digits):
            return None
        return w.Fab("play_arrow", description="Start", resource_id="fab", on_tap=partial(_start_new, context))
    return w.Fab(
        "add", description="Add timer", resource_id="fab", on_tap=lambda: context.update(adding_timer=True, digits="")
    )


def _start_new(context: ClockContext) -> None:
    length = keypad_ms(context.state.digits)
    timer = new_timer(preferences_of(context).next_timer_id(), length).start(now_ms(context))
    change_timer(context, timer)
    context.update(adding_timer=False, digits="")


def _keypad(context: ClockContext) -> w.Widget:
    digits = context.state.digits
    shown = w.Row(
        (
            w.Text(
                keypad_text(digits),
                style="display",
                weight=1,
                align="center",
                colour="primary" if digits else "on_surface_variant",
                description=keypad_description(digits),
                resource_id="timer_setup_time",
            ),
        ),
        padding=(8, 24),
    )
    rows = tuple(w.Row(tuple(_key(context, name) for name in names), gap=16, main="center") for names in _KEYS)
    back: tuple[w.Widget, ...] = ()
    if preferences_of(context).timers():
        back = (w.Button("Cancel", "text", on_tap=lambda: context.update(adding_timer=False, digits="")),)
    return w.Column((shown, *rows, *back), gap=14, cross="center", padding=(0, 16))


def _key(context: ClockContext, name: str) -> w.Widget:
    digits = context.state.digits
    if name == "delete":
        return w.Column(
            (w.Icon("backspace"),),
            main="center",
            cross="center",
            width=88,
            height=88,
            radius=44,
            background="tertiary_container",
            description="Delete",
            class_name="android.widget.Button",
            resource_id="timer_setup_delete",
            on_tap=lambda: context.update(digits=digits[:-1]),
        )

    def press() -> None:
        # A leading zero is not a digit, and nothing fits behind six of them.
        typed = (digits + name).lstrip("0")
        if len(typed) <= _MAX_DIGITS:
            context.update(digits=typed)

    return w.Column(
        (w.Text(name, style="headline", align="center"),),
        main="center",
        cross="center",
        width=88,
        height=88,
        radius=44,
        background="surface_highest",
        class_name="android.widget.Button",
        description=name,
        resource_id=f"timer_setup_digit_{name}",
        on_tap=press,
    )


def _card(context: ClockContext, timer: Timer) -> w.Widget:
    now = now_ms(context)
    running = timer.state is TimerState.RUNNING
    remaining = timer.remaining_ms(now)
    toggle = _toggle(context, timer)
    fresh = timer.state is TimerState.RESET
    left = w.Button(
        "+1:00",
        "tonal",
        resource_id="reset_add" if running else "add_one_min",
        description="Add 1 minute",
        on_tap=lambda: change_timer(context, timer.add_minute(now_ms(context))),
        enabled=not fresh,
    )
    reset = w.IconButton(
        "restart_alt",
        description="Reset",
        resource_id="reset",
        enabled=not fresh and not running,
        on_tap=lambda: change_timer(context, timer.reset()),
    )
    heading = w.Row(
        (
            w.Text(
                timer.label or f"{length_text(timer.length_ms)} Timer",
                style="title_small",
                weight=1,
                padding=(4, 12),
                description=f"Label {timer.label}" if timer.label else "Add label",
                resource_id="timer_label",
                on_tap=partial(context.dialog, "timer_label", timer.id),
            ),
            w.IconButton(
                "close", description="Delete timer", resource_id="close", on_tap=lambda: delete_timer(context, timer.id)
            ),
        )
    )
    time = w.Text(
        "Time’s up" if timer.state is TimerState.EXPIRED else countdown_text(remaining),
        style="display",
        align="center",
        resource_id="timer_time_text",
        colour="error" if timer.state is TimerState.EXPIRED else None,
    )
    share = remaining / timer.total_ms if timer.total_ms else 0.0
    return w.Card(
        w.Column(
            (heading, time, w.Progress(min(max(share, 0.0), 1.0)), w.Row((left, reset, toggle), main="between")),
            gap=12,
            padding=(16, 8, 16, 16),
        )
    )


def _toggle(context: ClockContext, timer: Timer) -> w.Widget:
    match timer.state:
        case TimerState.RUNNING:
            icon, name = "pause", "Pause"
        case TimerState.EXPIRED:
            icon, name = "stop", "Stop"
        case TimerState.PAUSED | TimerState.RESET:
            icon, name = "play_arrow", "Start"

    def press() -> None:
        now = now_ms(context)
        match timer.state:
            case TimerState.RUNNING:
                change_timer(context, timer.pause(now))
            case TimerState.EXPIRED:
                change_timer(context, timer.reset())
            case TimerState.PAUSED | TimerState.RESET:
                change_timer(context, timer.start(now))

    return w.IconButton(icon, style="filled", description=name, resource_id="play_pause", on_tap=press)


def label_dialog(context: ClockContext, timer_id: int) -> w.Overlay:
    timer = next((timer for timer in preferences_of(context).timers() if timer.id == timer_id), None)
    start = timer.label if timer is not None else ""

    def save() -> None:
        if timer is not None:
            preferences_of(context).save_timer(replace(timer, label=context.text("label", start).strip()))

    return w.Dialog(
        title="Add label",
        body=w.TextField("Label", start, key="label", autofocus=True),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", save)),
    )


def back_from_keypad(state: ClockState, context: ClockContext) -> bool:
    """Back leaves the keypad when there are timers to show."""
    if state.adding_timer and preferences_of(context).timers():
        context.update(adding_timer=False, digits="")
        return True
    return False
