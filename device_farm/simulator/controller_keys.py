"""Keys of the emulator's control service as Android key codes.

Sources: W3C UI Events `KeyboardEvent.key` values, Linux `input-event-codes.h`, Android `KeyEvent` and `Generic.kl`.
"""

from __future__ import annotations

from collections.abc import Mapping

W3C_KEYS: Mapping[str, int] = {
    "AppSwitch": 187,
    "ArrowDown": 20,
    "ArrowLeft": 21,
    "ArrowRight": 22,
    "ArrowUp": 19,
    "AudioVolumeDown": 25,
    "AudioVolumeMute": 164,
    "AudioVolumeUp": 24,
    "Backspace": 67,
    "BrowserBack": 4,
    "Delete": 112,
    "End": 123,
    "Enter": 66,
    "Escape": 111,
    "GoBack": 4,
    "GoHome": 3,
    "Home": 122,
    "PageDown": 93,
    "PageUp": 92,
    "Power": 26,
    "Tab": 61,
    "WakeUp": 224,
}
"""`GoHome` is the phone's home button, `Home` the key that moves the cursor to the start of a line."""

_LETTER_ROWS = ((16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm"))

EVDEV_KEYS: Mapping[int, int] = {
    1: 111,  # KEY_ESC
    14: 67,  # KEY_BACKSPACE
    15: 61,  # KEY_TAB
    28: 66,  # KEY_ENTER
    57: 62,  # KEY_SPACE
    102: 3,  # KEY_HOME: the home button, as the emulator's key layout maps it
    103: 19,  # KEY_UP
    105: 21,  # KEY_LEFT
    106: 22,  # KEY_RIGHT
    108: 20,  # KEY_DOWN
    111: 112,  # KEY_DELETE
    113: 164,  # KEY_MUTE
    114: 25,  # KEY_VOLUMEDOWN
    115: 24,  # KEY_VOLUMEUP
    116: 26,  # KEY_POWER
    139: 82,  # KEY_MENU
    158: 4,  # KEY_BACK
    580: 187,  # KEY_APPSELECT
    **{2 + number: 8 + number for number in range(9)},  # KEY_1 to KEY_9
    11: 7,  # KEY_0
    **{start + place: ord(letter) - 68 for start, row in _LETTER_ROWS for place, letter in enumerate(row)},
}
