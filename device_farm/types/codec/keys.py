"""Key names of models and data sets, brought to the canonical ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from device_farm.errors import DialectError
from device_farm.types.action import Modifier, PressKey

_MODIFIERS: dict[str, Modifier] = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "ctrl_l": "ctrl",
    "shift": "shift",
    "alt": "alt",
    "option": "alt",
    "super": "super",
    "win": "super",
    "cmd": "super",
    "command": "super",
    "meta": "super",
}
_ALIASES = {
    "return": "enter",
    "esc": "escape",
    "del": "delete",
    "ins": "insert",
    "bksp": "backspace",
    "pageup": "page_up",
    "pgup": "page_up",
    "pagedown": "page_down",
    "pgdn": "page_down",
    "arrowup": "up",
    "arrowdown": "down",
    "arrowleft": "left",
    "arrowright": "right",
    "spacebar": "space",
    "capslock": "caps_lock",
    "printscreen": "print_screen",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def canonical_key(name: str) -> str:
    """`Return` as `enter`; a single printable character stays itself. Raises DialectError for what is no key name."""
    if name == " ":
        return "space"
    plain = name.strip().lower().replace("-", "_") if len(name.strip()) > 1 else name.strip()
    plain = plain.removeprefix("keycode_")
    if len(plain) == 1 and plain.isprintable():
        return plain.lower() if plain.isascii() else plain
    plain = _ALIASES.get(plain, plain)
    if not _NAME.fullmatch(plain):
        raise DialectError(f"{name[:40]!r} is no key name", field="key")
    return plain


def _parts(name: str) -> list[str]:
    """`ctrl+c` as two names; a lone `+` is the key plus."""
    if len(name.strip()) > 1 and "+" in name.strip("+ "):
        return [part.strip().lower() for part in name.split("+")]
    return [name.strip().lower() or name]


def combination(names: Sequence[str]) -> PressKey:
    """One key with the modifiers before it, as `["ctrl", "c"]`; a modifier may stand alone.

    Raises:
        DialectError: there is no key, more than one, or a name that is none.
    """
    plain = [part for name in names for part in _parts(name)]
    if not plain:
        raise DialectError("no key is named", field="key")
    *held, last = plain
    strange = [name for name in held if name not in _MODIFIERS]
    if strange:
        raise DialectError(f"{strange[0][:40]!r} is no modifier; one key at a time can be pressed", field="key")
    modifiers = tuple(dict.fromkeys(_MODIFIERS[name] for name in held))
    if last in _MODIFIERS:
        return PressKey(key=_MODIFIERS[last], modifiers=modifiers)
    return PressKey(key=canonical_key(last), modifiers=modifiers)
