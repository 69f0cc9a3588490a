"""The stopwatch with its laps."""

from __future__ import annotations

from device_farm.simulator.apps.clock.state import ClockContext, now_ms, preferences_of
from device_farm.simulator.apps.clock.timers import Stopwatch, StopwatchState, stopwatch_text
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w


def stopwatch_page(context: ClockContext) -> w.Widget:
    stopwatch = preferences_of(context).stopwatch()
    total = stopwatch.total_ms(now_ms(context))
    time = w.Column(
        (
            w.Text(
                stopwatch_text(total),
                style="display_large",
                align="center",
                resource_id="stopwatch_time_text",
                description=_spoken(total),
            ),
        ),
        height=220,
        main="center",
        cross="center",
    )
    return w.Column((time, _buttons(context, stopwatch), _laps(stopwatch, total)))


def stopwatch_fab(context: ClockContext) -> w.Widget:
    stopwatch = preferences_of(context).stopwatch()
    running = stopwatch.state is StopwatchState.RUNNING

    def press() -> None:
        now = now_ms(context)
        preferences_of(context).save_stopwatch(stopwatch.pause(now) if running else stopwatch.start(now))

    return w.Fab(
        "pause" if running else "play_arrow",
        description="Pause" if running else "Start",
        resource_id="fab",
        on_tap=press,
    )


def _buttons(context: ClockContext, stopwatch: Stopwatch) -> w.Widget:
    preferences = preferences_of(context)
    if stopwatch.state is StopwatchState.RESET:
        return w.Spacer(height=56)
    reset = w.Button(
        "Reset",
        "tonal",
        "restart_alt",
        description="Reset",
        resource_id="left_button",
        on_tap=lambda: preferences.save_stopwatch(Stopwatch()),
    )
    if stopwatch.state is StopwatchState.RUNNING:
        right = w.Button(
            "Lap",
            "tonal",
            "flag",
            description="Lap",
            resource_id="right_button",
            on_tap=lambda: preferences.save_stopwatch(stopwatch.lap(now_ms(context))),
        )
    else:
        right = w.Button(
            "Share",
            "tonal",
            "share",
            description="Share",
            resource_id="right_button",
            on_tap=lambda: _share(context, stopwatch),
        )
    return w.Row((reset, right), main="center", gap=24, height=56)


def _share(context: ClockContext, stopwatch: Stopwatch) -> None:
    laps = (f"Lap {number}: {stopwatch_text(lap)}" for number, lap in enumerate(stopwatch.laps_ms, start=1))
    text = "\n".join((f"My time is {stopwatch_text(stopwatch.accumulated_ms)}", *laps))
    context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": text}))


def _laps(stopwatch: Stopwatch, total: int) -> w.Widget:
    """The running lap on top, then the finished ones from the latest down."""
    if not stopwatch.laps_ms:
        return w.Spacer(weight=1)
    starts = (0, *stopwatch.laps_ms)
    ends = (*stopwatch.laps_ms, total)
    rows = tuple(
        w.Row(
            (
                w.Text(f"# {number}", style="body_large", weight=1, resource_id="lap_number"),
                w.Text(
                    stopwatch_text(end - start), style="body_large", weight=2, align="center", resource_id="lap_time"
                ),
                w.Text(stopwatch_text(end), style="body_large", weight=2, align="end", resource_id="lap_total"),
            ),
            padding=(32, 10),
        )
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )
    return w.Scroll(tuple(reversed(rows)), key="laps", weight=1, resource_id="laps_list")


def _spoken(total_ms: int) -> str:
    hours, rest = divmod(total_ms // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours} hours, {minutes} minutes, {seconds} seconds" if hours else f"{minutes} minutes, {seconds} seconds"
