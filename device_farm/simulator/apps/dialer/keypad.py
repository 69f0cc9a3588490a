"""The key pad: digits with their letters, the number typed so far, and the button that calls."""

from __future__ import annotations

from functools import partial

from device_farm.simulator import telephone
from device_farm.simulator.apps.dialer.state import DialerContext
from device_farm.simulator.intents import Intent
from device_farm.simulator.toolkit import widgets as w

_KEYS = (
    (("1", "", "one"), ("2", "ABC", "two"), ("3", "DEF", "three")),
    (("4", "GHI", "four"), ("5", "JKL", "five"), ("6", "MNO", "six")),
    (("7", "PQRS", "seven"), ("8", "TUV", "eight"), ("9", "WXYZ", "nine")),
    (("*", "", "star"), ("0", "+", "zero"), ("#", "", "pound")),
)
_NUMBER_MAX = 40


def keypad(context: DialerContext) -> w.Widget:
    """The lower part of the screen while a number is dialled."""
    number = context.state.number
    return w.Column(
        (
            w.Divider(),
            _typed(context, number),
            *(w.Row(tuple(_key(context, *key) for key in row), cross="center") for row in _KEYS),
            w.Row(
                (
                    w.Button(
                        "Call",
                        icon="call",
                        description="dial",
                        resource_id="dialpad_voice_call_button",
                        on_tap=lambda: call(context, number),
                    ),
                ),
                main="center",
                padding=(0, 12),
            ),
        ),
        cross="stretch",
        background="surface_container",
        resource_id="dialpad",
    )


def call(context: DialerContext, number: str) -> None:
    """Calls `number`; nothing where it is empty."""
    if number:
        context.update(number="", dialling=False)
        telephone.dial(context.phone, number)
        context.start(Intent(component=telephone.IN_CALL))


def _typed(context: DialerContext, number: str) -> w.Widget:
    delete = w.IconButton(
        "backspace",
        description="backspace",
        resource_id="deleteButton",
        on_tap=lambda: context.update(number=number[:-1]),
        on_long_press=lambda: context.update(number=""),
    )
    shown = w.Text(
        number, style="headline", align="center", weight=1, resource_id="digits", class_name="android.widget.EditText"
    )
    return w.Row((w.Spacer(width=48), shown, delete if number else w.Spacer(width=48)), cross="center", height=64)


def _key(context: DialerContext, digit: str, letters: str, name: str) -> w.Widget:
    def press(text: str) -> None:
        context.update(number=(context.state.number + text)[:_NUMBER_MAX])

    return w.Column(
        (
            w.Text(digit, style="headline", align="center", resource_id="dialpad_key_number"),
            w.Text(letters, style="label_small", align="center", colour="on_surface_variant"),
        ),
        cross="stretch",
        weight=1,
        padding=(0, 6),
        resource_id=name,
        description=f"{digit},{letters}" if letters else digit,
        on_tap=partial(press, digit),
        on_long_press=partial(press, "+") if digit == "0" else None,
    )
