"""The on-screen keyboard: letters with shift, symbols, numbers. A tap on a key types into the focused field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.state import Keyboard, KeyboardPage, Shift
from device_farm.simulator.system_ui.window import KEYBOARD, Window, lay_out, make_scope
from device_farm.simulator.toolkit.base import Colour, Handler, Widget
from device_farm.simulator.toolkit.containers import Column, Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.metrics import NAVIGATION_BAR_PX, SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, px
from device_farm.simulator.toolkit.node import FieldContent
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

KEYBOARD_DP = 248.0
KEYBOARD_TOP_PX = SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX - px(KEYBOARD_DP)

_LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SYMBOLS = ("1234567890", "@#$_&-+()/", "*\"':;!?")
_MORE = ("~`|•√π÷×§∆", "£¢€¥^°={}\\", "%©®™✓[]")
_NUMBERS = ("123-", "456 ", "789", ",0.")
_NEXT_SHIFT: dict[Shift, Shift] = {"off": "once", "once": "lock", "lock": "off"}
_SPOKEN = {" ": "Space", ".": "Period", ",": "Comma", "-": "Dash"}


def keyboard_window(phone: SimulatedPhone, field: FieldContent | None) -> Window:
    """The window at the bottom edge, over the navigation bar."""
    kind = field.kind if field is not None else "text"
    rows = _number_rows(phone, field) if kind in ("number", "phone") else _text_rows(phone, field)
    panel = Column(
        tuple(Row(row, gap=4, cross="stretch", height=50) for row in rows),
        gap=8,
        main="end",
        padding=(4, 12, 4, 10),
        height="fill",
        background="surface_high",
        resource_id="keyboard_area",
    )
    scope = make_scope(phone, "keyboard", KEYBOARD)
    # Keys keep their size whatever the font scale.
    scope.theme = replace(scope.theme, font_scale=1.0)
    area = Rect(0, KEYBOARD_TOP_PX, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX)
    window = lay_out(phone, Column((panel,), padding=(0, 0, 0, 48), background="surface_high"), area, name="keyboard",
                     package=KEYBOARD, ref="keyboard", scope=scope)  # fmt: skip
    window.root.background = scope.theme.colour("surface_high")
    return window


def _text_rows(phone: SimulatedPhone, field: FieldContent | None) -> list[tuple[Widget, ...]]:
    keyboard = phone.state.keyboard
    match keyboard.page:
        case "letters":
            shifted = keyboard.shift != "off"
            lines = tuple(line.upper() if shifted else line for line in _LETTERS)
            icon = "keyboard_capslock" if keyboard.shift == "lock" else "arrow_upward"
            left = _function(phone, "Shift", lambda: _toggle_shift(phone), icon=icon, chosen=shifted)
        case "symbols":
            lines = _SYMBOLS
            left = _function(phone, "Symbols", lambda: _page(phone, "more"), text="=\\<")
        case "more":
            lines = _MORE
            left = _function(phone, "Symbols", lambda: _page(phone, "symbols"), text="?123")
    delete = _function(phone, "Delete", lambda: phone.input.editor.delete(), icon="backspace")
    middle = tuple(_character(phone, character) for character in lines[1])
    if len(lines[1]) < 10:
        middle = (Spacer(weight=0.5), *middle, Spacer(weight=0.5))
    return [
        tuple(_character(phone, character) for character in lines[0]),
        middle,
        (left, *(_character(phone, character) for character in lines[2]), delete),
        _bottom_row(phone, field),
    ]


def _bottom_row(phone: SimulatedPhone, field: FieldContent | None) -> tuple[Widget, ...]:
    letters = phone.state.keyboard.page == "letters"
    switch = (
        _function(phone, "Symbols", lambda: _page(phone, "symbols"), text="?123")
        if letters
        else _function(phone, "Letters", lambda: _page(phone, "letters"), text="ABC")
    )
    side = "@" if field is not None and field.kind == "email" else ","
    space = _key(phone, Text("English", style="label", colour="on_surface_variant", decorative=True), "Space",
                 lambda: _typed(phone, " "), weight=4.5)  # fmt: skip
    return (switch, _character(phone, side), space, _character(phone, "."), _enter(phone, field))


def _number_rows(phone: SimulatedPhone, field: FieldContent | None) -> list[tuple[Widget, ...]]:
    rows = [tuple(_character(phone, character) for character in line) for line in _NUMBERS[:2]]
    delete = _function(phone, "Delete", lambda: phone.input.editor.delete(), icon="backspace", weight=1)
    rows.append((*(_character(phone, character) for character in _NUMBERS[2]), delete))
    last = "*0#" if field is not None and field.kind == "phone" else _NUMBERS[3]
    rows.append((*(_character(phone, character) for character in last), _enter(phone, field, weight=1)))
    return rows


def _enter(phone: SimulatedPhone, field: FieldContent | None, weight: float = 1.5) -> Widget:
    multiline = field is not None and field.multiline
    submits = field is not None and field.on_submit is not None
    icon, name = ("keyboard_return", "Enter") if multiline else (("search", "Search") if submits else ("check", "Done"))
    face = Stack((Icon(icon, colour="on_primary"),), ("center",))
    return _key(phone, face, name, lambda: phone.input.press_system_key(66), weight=weight, fill="primary")


def _character(phone: SimulatedPhone, character: str) -> Widget:
    face = Text(character if character != " " else "", style="title_large", align="center", decorative=True)
    return _key(phone, face, _SPOKEN.get(character, character), lambda: _typed(phone, character), fill="surface")


def _function(
    phone: SimulatedPhone,
    name: str,
    on_tap: Handler,
    *,
    icon: str = "",
    text: str = "",
    chosen: bool = False,
    weight: float = 1.5,
) -> Widget:
    face: Widget = Icon(icon, size=22) if icon else Text(text, style="label_large", decorative=True)
    return _key(phone, face, name, on_tap, weight=weight, fill="primary_container" if chosen else "surface_highest")


def _key(
    phone: SimulatedPhone, face: Widget, name: str, on_tap: Handler, *, weight: float = 1.0, fill: Colour = "surface"
) -> Widget:
    return Stack(
        (face,),
        ("center",),
        weight=weight,
        radius=8,
        background=fill,
        description=name,
        class_name="android.inputmethodservice.Keyboard$Key",
        on_tap=on_tap,
    )


def _typed(phone: SimulatedPhone, character: str) -> None:
    phone.input.editor.type(character)
    keyboard = phone.state.keyboard
    if keyboard.shift == "once":
        phone.change(keyboard=replace(keyboard, shift="off"))


def _toggle_shift(phone: SimulatedPhone) -> None:
    keyboard = phone.state.keyboard
    phone.change(keyboard=replace(keyboard, shift=_NEXT_SHIFT[keyboard.shift]))


def _page(phone: SimulatedPhone, page: KeyboardPage) -> None:
    phone.change(keyboard=Keyboard(hidden=False, page=page))
