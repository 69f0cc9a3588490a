"""`input`: taps, swipes, keys and text."""

from __future__ import annotations

from device_farm.simulator.framework.arguments import ArgumentError, Arguments, decimal
from device_farm.simulator.framework.keycodes import META_BITS, key_code
from device_farm.simulator.shell.process import Process

_SOURCES = frozenset(
    {"keyboard", "dpad", "gamepad", "touchscreen", "mouse", "stylus", "touchpad", "trackball", "joystick",
     "touchnavigation", "rotaryencoder"}
)  # fmt: skip
_USAGE = "Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]"
# A key or a press that is held; longer than `secure/long_press_timeout`.
_LONG_PRESS_MS = 1000


async def input_(process: Process) -> int:
    arguments = Arguments(process.args)
    while (word := arguments.peek()) in _SOURCES or word == "-d":
        arguments.next()
        if word == "-d":
            arguments.required()
    verb = arguments.next()
    words = arguments.rest
    match verb:
        case "tap":
            x, y = _numbers(words, 2)
            process.phone.input.tap(x, y)
        case "swipe":
            await process.phone.clock.pace(_swipe(process, words) / 1000)
        case "draganddrop":
            x1, y1, x2, y2, *duration = _numbers(words, 4, 5)
            process.phone.input.drag(x1, y1, x2, y2, duration_ms=_duration(duration, 300))
        case "text":
            _text(process, words)
        case "keyevent":
            _key_event(process, words)
        case "keycombination":
            _key_combination(process, words)
        case "motionevent":
            _motion_event(process, words)
        case "press" | "roll":
            # A trackball: nothing on this phone listens to one.
            return 0
        case None:
            process.complain(_USAGE)
            return 255
        case _:
            raise ArgumentError(f"Error: Unknown command: {verb}\n{_USAGE}")
    return 0


def _numbers(words: list[str], *counts: int) -> list[int]:
    if len(words) not in counts:
        raise ArgumentError(
            f"Error: Invalid arguments for command: expected {counts[0]} values, got {len(words)}\n{_USAGE}"
        )
    return [int(decimal(word)) for word in words]


def _duration(values: list[int], default_ms: int) -> int:
    return max(0, values[0]) if values and values[0] >= 0 else default_ms


def _swipe(process: Process, words: list[str]) -> int:
    """Its milliseconds."""
    x1, y1, x2, y2, *duration = _numbers(words, 4, 5)
    duration_ms = _duration(duration, 300)
    if (x1, y1) == (x2, y2):
        process.phone.input.press(x1, y1, duration_ms=duration_ms)
    else:
        process.phone.input.swipe(x1, y1, x2, y2, duration_ms)
    return duration_ms


def _text(process: Process, words: list[str]) -> None:
    """`%s` is a blank; more than one word is joined by blanks, as the script `input` hands them on."""
    if not words:
        raise ArgumentError(f"Error: Invalid arguments for command: text\n{_USAGE}")
    text = words[0].replace("%s", " ") if len(words) == 1 else " ".join(words).replace("%s", " ")
    if not text.isascii():
        # KeyCharacterMap has no keys for these, and `input` dies of the missing events.
        raise ArgumentError(
            "\nException occurred while executing 'text':\njava.lang.NullPointerException: Attempt to get length of "
            "null array"
        )
    process.phone.input.text(text)


def _key_event(process: Process, words: list[str]) -> None:
    longpress = doubletap = False
    while words and words[0] in ("--longpress", "--doubletap", "--async", "--delay", "--duration"):
        option = words[0]
        longpress |= option == "--longpress"
        doubletap |= option == "--doubletap"
        words = words[2:] if option in ("--delay", "--duration") else words[1:]
    if not words:
        raise ArgumentError(f'Error: Argument expected after "keyevent"\n{_USAGE}')
    codes = [_code(word) for word in words]
    for code in codes:
        process.phone.input.key(code)
        if doubletap:
            process.phone.input.key(code)
    if longpress:
        process.phone.logcat.log("Input", f"long press of {codes} held for {_LONG_PRESS_MS} ms")


def _code(word: str) -> int:
    code = key_code(word)
    if code is None:
        # KeyEvent.keyCodeFromString gives KEYCODE_UNKNOWN, which does nothing.
        return 0
    return code


def _key_combination(process: Process, words: list[str]) -> None:
    if words[:1] == ["-t"]:
        words = words[2:]
    if len(words) < 2:
        raise ArgumentError("Error: keycombination requires at least 2 keycodes")
    codes = [_code(word) for word in words]
    meta = 0
    for code in codes:
        meta |= META_BITS.get(code, 0)
    for code in codes:
        if code not in META_BITS:
            process.phone.input.key(code, meta=meta)


def _motion_event(process: Process, words: list[str]) -> None:
    if not words:
        raise ArgumentError(f"Error: Invalid arguments for command: motionevent\n{_USAGE}")
    kind, *place = words
    match kind.upper():
        case "DOWN":
            process.phone.input.down(*_place(place))
        case "MOVE":
            process.phone.input.move(*_place(place))
        case "UP":
            process.phone.input.up(*_place(place))
        case "CANCEL":
            process.phone.input.forget()
        case _:
            raise ArgumentError(f"Error: Unknown motionevent action: {kind}")


def _place(words: list[str]) -> tuple[int, int]:
    x, y = _numbers(words, 2)
    return x, y
