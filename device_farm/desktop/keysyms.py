"""X11 key symbols: names of keys, and the symbol of any Unicode character (X protocol, appendix A)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from device_farm.errors import ActionError
from device_farm.types.action import Modifier

_UNICODE = 0x01000000

MODIFIERS: Mapping[Modifier, int] = MappingProxyType(
    {"ctrl": 0xFFE3, "shift": 0xFFE1, "alt": 0xFFE9, "super": 0xFFEB}
)  # fmt: skip
CAPS_LOCK = 0xFFE5
RETURN = 0xFF0D
TAB = 0xFF09
LEFT = 0xFF51

_NAMED: Mapping[str, int] = MappingProxyType(
    {
        "enter": RETURN,
        "return": RETURN,
        "tab": TAB,
        "escape": 0xFF1B,
        "esc": 0xFF1B,
        "backspace": 0xFF08,
        "delete": 0xFFFF,
        "del": 0xFFFF,
        "insert": 0xFF63,
        "space": 0x20,
        "home": 0xFF50,
        "end": 0xFF57,
        "page_up": 0xFF55,
        "pageup": 0xFF55,
        "page_down": 0xFF56,
        "pagedown": 0xFF56,
        "left": LEFT,
        "up": 0xFF52,
        "right": 0xFF53,
        "down": 0xFF54,
        "arrow_left": LEFT,
        "arrow_up": 0xFF52,
        "arrow_right": 0xFF53,
        "arrow_down": 0xFF54,
        "caps_lock": CAPS_LOCK,
        "num_lock": 0xFF7F,
        "scroll_lock": 0xFF14,
        "print_screen": 0xFF61,
        "print": 0xFF61,
        "pause": 0xFF13,
        "menu": 0xFF67,
        "ctrl": 0xFFE3,
        "control": 0xFFE3,
        "shift": 0xFFE1,
        "alt": 0xFFE9,
        "super": 0xFFEB,
        "win": 0xFFEB,
        "meta": 0xFFEB,
        "kp_enter": 0xFF8D,
        "minus": ord("-"),
        "plus": ord("+"),
        "comma": ord(","),
        "period": ord("."),
        "slash": ord("/"),
        **{f"f{number}": 0xFFBD + number for number in range(1, 25)},
    }
)


def keysym_of_character(character: str) -> int:
    """The key symbol that types `character`: line feed is Return, Latin-1 is itself, the rest is Unicode.

    Raises:
        ActionError: a control character or half of a surrogate pair, which no key types.
    """
    code = ord(character)
    if character in "\n\r":
        return RETURN
    if character == "\t":
        return TAB
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
        raise ActionError(f"no key types the character U+{code:04X}", field="text", fix="leave it out")
    return code if code < 0x100 else _UNICODE | code


def keysym_of_key(name: str) -> int:
    """The key symbol of a key's lower-case name, or of a single character.

    Raises:
        ActionError: no such key; names some that there are.
    """
    if name in _NAMED:
        return _NAMED[name]
    folded = name.strip().lower().replace(" ", "_").replace("-", "_")
    if folded in _NAMED:
        return _NAMED[folded]
    if len(name) == 1:
        return keysym_of_character(name)
    raise ActionError(
        f"there is no key {name!r}", field="key", fix="use one character, or a name such as enter, tab, escape, f5"
    )
