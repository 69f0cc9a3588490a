"""The time picker: a clock face to tap, or two number fields. What is picked so far are drafts of its dialog."""

from __future__ import annotations

import math
from dataclasses import dataclass

from device_farm.simulator.toolkit.base import Colour, Handler, Widget
from device_farm.simulator.toolkit.chrome import DialogButton, TimePickerDialog
from device_farm.simulator.toolkit.containers import Absolute, Card, Column, Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Drawing, Text
from device_farm.simulator.toolkit.controls import Button, IconButton, TextField
from device_farm.simulator.toolkit.looks_dialogs import box, closer
from device_farm.simulator.toolkit.scope import Scope

FACE_DP = 256.0
_NUMBER_DP = 48.0
_OUTER_DP = 104.0
_INNER_DP = 68.0


@dataclass(frozen=True, slots=True)
class _Picked:
    """What the drafts say: the time so far, which half is being set, and whether by keyboard."""

    hour: int
    minute: int
    setting_minute: bool
    typing: bool


def time_picker(widget: TimePickerDialog, scope: Scope) -> Widget:
    """The dialog's box."""
    picked = _Picked(
        _number(scope.draft("hour", widget.hour)),
        _number(scope.draft("minute", widget.minute)),
        bool(scope.draft("setting_minute", False)),
        bool(scope.draft("typing", False)),
    )
    body = _typed(picked, scope) if picked.typing else _dial(picked, scope)
    parts = (
        Text(
            widget.title,
            style="label",
            colour="on_surface_variant",
            padding=(24, 24, 24, 12),
            resource_id="header_title",
        ),
        _display(picked, scope) if not picked.typing else Spacer(),
        body,
        _buttons(widget, picked, scope),
    )
    return box(Column(parts))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _shown_hour(hour: int, scope: Scope) -> int:
    return hour if scope.is_24_hour else (hour % 12 or 12)


def _display(picked: _Picked, scope: Scope) -> Widget:
    hour = f"{_shown_hour(picked.hour, scope):02d}" if scope.is_24_hour else str(_shown_hour(picked.hour, scope))
    parts: list[Widget] = [
        _figure(hour, "material_hour_tv", not picked.setting_minute, lambda: scope.set_draft("setting_minute", False)),
        Text(":", style="display", padding=(4, 0)),
        _figure(
            f"{picked.minute:02d}",
            "material_minute_tv",
            picked.setting_minute,
            lambda: scope.set_draft("setting_minute", True),
        ),
    ]
    if not scope.is_24_hour:
        parts.append(_half_day(picked, scope))
    return Row(tuple(parts), main="center", padding=(24, 0, 24, 16))


def _figure(text: str, resource_id: str, chosen: bool, on_tap: Handler) -> Widget:
    ink: Colour = "on_primary_container" if chosen else "on_surface"
    return Stack(
        (Text(text, style="display", colour=ink, decorative=True),),
        ("center",),
        width=92,
        height=76,
        radius=8,
        background="primary_container" if chosen else "surface_highest",
        a11y_text=text,
        resource_id=resource_id,
        selected=chosen,
        on_tap=on_tap,
        class_name="android.widget.TextView",
    )


def _half_day(picked: _Picked, scope: Scope) -> Widget:
    def half(name: str, chosen: bool, hour: int) -> Widget:
        return Stack(
            (Text(name, style="title", colour="on_tertiary_container" if chosen else "on_surface", decorative=True),),
            ("center",),
            width=52,
            height=38,
            background="tertiary_container" if chosen else None,
            class_name="android.widget.RadioButton",
            a11y_text=name,
            states=("checkable", "checked") if chosen else ("checkable",),
            resource_id=f"material_clock_period_{name.lower()}_button",
            on_tap=lambda: scope.set_draft("hour", hour),
        )

    morning = half("AM", picked.hour < 12, picked.hour % 12)
    evening = half("PM", picked.hour >= 12, picked.hour % 12 + 12)
    halves = Card(Column((morning, evening)), style="outlined", border="outline", radius=8)
    return Row((Spacer(width=12), halves))


def _dial(picked: _Picked, scope: Scope) -> Widget:
    middle = FACE_DP / 2
    values = _dial_values(picked, scope)
    chosen = picked.minute if picked.setting_minute else picked.hour
    angle, radius = _chosen_place(picked, scope)
    hand = Drawing(
        "clock_hand",
        values=(angle, radius / FACE_DP, _NUMBER_DP / 2 / FACE_DP),
        colours=("surface_highest", "primary"),
        width=FACE_DP,
        height=FACE_DP,
        on_drag=lambda x, y: _dragged(x, y, picked, scope),
        decorative=True,
    )
    numbers: list[tuple[float, float, Widget]] = [(0.0, 0.0, hand)]
    for value, label, turn, distance in values:
        x = middle + distance * math.sin(turn) - _NUMBER_DP / 2
        y = middle - distance * math.cos(turn) - _NUMBER_DP / 2
        numbers.append((x, y, _dial_number(value, label, value == chosen, distance == _INNER_DP, picked, scope)))
    face = Absolute(tuple(numbers), width=FACE_DP, height=FACE_DP, resource_id="material_clock_face")
    return Row((face,), main="center", padding=(0, 0, 0, 8))


def _dial_values(picked: _Picked, scope: Scope) -> list[tuple[int, str, float, float]]:
    """(value, label, angle from 12 o'clock in radians, distance from the middle in dp)."""
    step = math.tau / 12
    if picked.setting_minute:
        return [(minute, f"{minute:02d}", step * minute / 5, _OUTER_DP) for minute in range(0, 60, 5)]
    if not scope.is_24_hour:
        base = 12 if picked.hour >= 12 else 0
        return [(base + hour % 12, str(hour), step * hour, _OUTER_DP) for hour in range(1, 13)]
    outer = [
        (hour % 24, f"{hour % 24:02d}" if hour == 24 else str(hour), step * hour, _INNER_DP) for hour in range(13, 25)
    ]
    return [(hour, str(hour), step * hour, _OUTER_DP) for hour in range(1, 13)] + outer


def _chosen_place(picked: _Picked, scope: Scope) -> tuple[float, float]:
    if picked.setting_minute:
        return (math.tau * picked.minute / 60, _OUTER_DP)
    inner = scope.is_24_hour and (picked.hour == 0 or picked.hour > 12)
    return (math.tau * (picked.hour % 12) / 12, _INNER_DP if inner else _OUTER_DP)


def _dial_number(value: int, label: str, chosen: bool, small: bool, picked: _Picked, scope: Scope) -> Widget:
    def pick() -> None:
        _set(value, picked, scope)

    return Stack(
        (
            Text(
                label,
                style="body" if small else "body_large",
                colour="on_primary" if chosen else "on_surface",
                decorative=True,
            ),
        ),
        ("center",),
        width=_NUMBER_DP,
        height=_NUMBER_DP,
        class_name="android.widget.TextView",
        a11y_text=label,
        description=f"{label} minutes" if picked.setting_minute else f"{label} o'clock",
        selected=chosen,
        on_tap=pick,
    )


def _set(value: int, picked: _Picked, scope: Scope) -> None:
    if picked.setting_minute:
        scope.set_draft("minute", value)
    else:
        # As on Android, an hour picked on the face leads on to the minutes.
        scope.set_draft("hour", value)
        scope.set_draft("setting_minute", True)


def _dragged(x: float, y: float, picked: _Picked, scope: Scope) -> None:
    """A touch between the numbers: the nearest minute; hours have their own targets."""
    if picked.setting_minute:
        turn = math.atan2(x - 0.5, 0.5 - y) % math.tau
        scope.set_draft("minute", round(turn / math.tau * 60) % 60)


def _typed(picked: _Picked, scope: Scope) -> Widget:
    hour = f"{_shown_hour(picked.hour, scope):02d}" if scope.is_24_hour else str(_shown_hour(picked.hour, scope))
    fields: list[Widget] = [
        Column(
            (
                TextField(key="hour_input", kind="number", initial=hour, resource_id="material_hour_text_input"),
                Text("Hour", style="body_small", colour="on_surface_variant"),
            ),
            width=92,
        ),
        Text(":", style="display", padding=(4, 0)),
        Column(
            (
                TextField(key="minute_input", kind="number", initial=f"{picked.minute:02d}",
                          resource_id="material_minute_text_input"),
                Text("Minute", style="body_small", colour="on_surface_variant"),
            ),
            width=92,
        ),
    ]  # fmt: skip
    if not scope.is_24_hour:
        fields.append(_half_day(picked, scope))
    return Row(tuple(fields), main="center", padding=(24, 8))


def _typed_time(picked: _Picked, scope: Scope) -> tuple[int, int] | None:
    """The time in the two fields; None where they hold none."""
    view = scope.host.view()
    texts = [
        view.fields[scope.key(key)].text for key in ("hour_input", "minute_input") if scope.key(key) in view.fields
    ]
    if len(texts) != 2 or not all(text.isascii() and text.isdigit() for text in texts):
        return None
    hour, minute = int(texts[0]), int(texts[1])
    if minute > 59:
        return None
    if scope.is_24_hour:
        return (hour, minute) if hour <= 23 else None
    later = 12 if _number(view.drafts.get(scope.key("hour"), picked.hour)) >= 12 else 0
    return (hour % 12 + later, minute) if 1 <= hour <= 12 else None


def _buttons(widget: TimePickerDialog, picked: _Picked, scope: Scope) -> Widget:
    def confirm() -> None:
        time = _typed_time(picked, scope) if picked.typing else (picked.hour, picked.minute)
        if time is None:
            return
        closer(scope, DialogButton("OK", lambda: widget.on_pick(*time) if widget.on_pick is not None else None))()

    def switch() -> None:
        time = _typed_time(picked, scope) if picked.typing else None
        if time is not None:
            scope.set_draft("hour", time[0])
            scope.set_draft("minute", time[1])
        scope.set_draft("typing", not picked.typing)

    mode = IconButton(
        "access_time" if picked.typing else "keyboard",
        description="Switch to clock mode for the time input." if picked.typing
        else "Switch to text input mode for the time input.",
        resource_id="material_timepicker_mode_button",
        on_tap=switch,
    )  # fmt: skip
    cancel = Button("Cancel", style="text", on_tap=closer(scope, DialogButton("Cancel")),
                    resource_id="material_timepicker_cancel_button")  # fmt: skip
    done = Button("OK", style="text", on_tap=confirm, resource_id="material_timepicker_ok_button")
    return Row((mode, Spacer(weight=1), cancel, done), gap=8, padding=(12, 4, 24, 16))
