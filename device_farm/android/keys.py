"""Key names and Android key codes (AOSP `android.view.KeyEvent`)."""

from __future__ import annotations

import difflib
import string

from device_farm.errors import ActionError
from device_farm.types.action import Modifier, SystemButtonName

_NAMED: dict[str, str] = {
    "alt": "ALT_LEFT",
    "app_switch": "APP_SWITCH",
    "apostrophe": "APOSTROPHE",
    "back": "BACK",
    "backslash": "BACKSLASH",
    "backspace": "DEL",
    "brightness_down": "BRIGHTNESS_DOWN",
    "brightness_up": "BRIGHTNESS_UP",
    "camera": "CAMERA",
    "caps_lock": "CAPS_LOCK",
    "center": "DPAD_CENTER",
    "comma": "COMMA",
    "copy": "COPY",
    "ctrl": "CTRL_LEFT",
    "cut": "CUT",
    "delete": "FORWARD_DEL",
    "down": "DPAD_DOWN",
    "end": "MOVE_END",
    "enter": "ENTER",
    "equals": "EQUALS",
    "escape": "ESCAPE",
    "forward": "FORWARD",
    "grave": "GRAVE",
    "home": "MOVE_HOME",
    "insert": "INSERT",
    "left": "DPAD_LEFT",
    "left_bracket": "LEFT_BRACKET",
    "menu": "MENU",
    "minus": "MINUS",
    "mute": "MUTE",
    "num_lock": "NUM_LOCK",
    "page_down": "PAGE_DOWN",
    "page_up": "PAGE_UP",
    "paste": "PASTE",
    "period": "PERIOD",
    "plus": "PLUS",
    "power": "POWER",
    "print_screen": "SYSRQ",
    "recents": "APP_SWITCH",
    "return": "ENTER",
    "right": "DPAD_RIGHT",
    "right_bracket": "RIGHT_BRACKET",
    "search": "SEARCH",
    "semicolon": "SEMICOLON",
    "shift": "SHIFT_LEFT",
    "slash": "SLASH",
    "sleep": "SLEEP",
    "space": "SPACE",
    "super": "META_LEFT",
    "tab": "TAB",
    "up": "DPAD_UP",
    "volume_down": "VOLUME_DOWN",
    "volume_mute": "VOLUME_MUTE",
    "volume_up": "VOLUME_UP",
    "wakeup": "WAKEUP",
}
_CHARACTERS: dict[str, str] = {
    "'": "APOSTROPHE",
    "\\": "BACKSLASH",
    ",": "COMMA",
    "=": "EQUALS",
    "`": "GRAVE",
    "[": "LEFT_BRACKET",
    "-": "MINUS",
    ".": "PERIOD",
    "+": "PLUS",
    "]": "RIGHT_BRACKET",
    ";": "SEMICOLON",
    "/": "SLASH",
    " ": "SPACE",
    "*": "STAR",
    "#": "POUND",
    "@": "AT",
}
KEY_CODES: dict[str, str] = {
    **_NAMED,
    **_CHARACTERS,
    **{letter: letter.upper() for letter in string.ascii_lowercase},
    **{digit: digit for digit in string.digits},
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}
"""From the key names of `PressKey` to `KEYCODE_…` without its prefix."""

_MODIFIERS: dict[Modifier, str] = {
    "ctrl": "CTRL_LEFT",
    "shift": "SHIFT_LEFT",
    "alt": "ALT_LEFT",
    "super": "META_LEFT",
}
_SYSTEM_BUTTONS: dict[SystemButtonName, str] = {
    "back": "BACK",
    "home": "HOME",
    "recents": "APP_SWITCH",
    "enter": "ENTER",
}


def key_command(key: str, modifiers: tuple[Modifier, ...]) -> str:
    """The `input` command of a key press.

    Raises:
        ActionError: Android has no such key; names those that are spelled alike.
    """
    code = KEY_CODES.get(key.lower())
    if code is None:
        close = difflib.get_close_matches(key.lower(), KEY_CODES, n=4)
        hint = f"did you mean {', '.join(close)}?" if close else "use a name such as enter, backspace, f5, a"
        raise ActionError(f"Android has no key {key!r}", field="key", fix=hint)
    if not modifiers:
        return f"input keyevent KEYCODE_{code}"
    held = " ".join(f"KEYCODE_{_MODIFIERS[modifier]}" for modifier in modifiers)
    return f"input keycombination {held} KEYCODE_{code}"


def system_button_command(button: SystemButtonName) -> str:
    """The `input` command of a system button."""
    return f"input keyevent KEYCODE_{_SYSTEM_BUTTONS[button]}"
