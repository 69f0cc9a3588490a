"""An intent from the arguments of `am`, and its text. Source: AOSP `Intent.parseCommandArgs` and `Intent.toString`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from device_farm.simulator.framework.arguments import ArgumentError, Arguments, decimal, whole
from device_farm.simulator.intents import ComponentName, ExtraValue, Intent

NEW_TASK = 0x10000000

_FLAG_OPTIONS = {
    "--activity-clear-task": 0x00008000,
    "--activity-clear-top": 0x04000000,
    "--activity-exclude-from-recents": 0x00800000,
    "--activity-multiple-task": 0x08000000,
    "--activity-no-animation": 0x00010000,
    "--activity-no-history": 0x40000000,
    "--activity-previous-is-top": 0x01000000,
    "--activity-reorder-to-front": 0x00020000,
    "--activity-reset-task-if-needed": 0x00200000,
    "--activity-single-top": 0x20000000,
    "--activity-task-on-home": 0x00004000,
    "--grant-read-uri-permission": 0x00000001,
    "--grant-write-uri-permission": 0x00000002,
    "--include-stopped-packages": 0x00000020,
    "--exclude-stopped-packages": 0x00000010,
    "--receiver-foreground": 0x10000000,
    "--receiver-registered-only": 0x40000000,
    "--receiver-replace-pending": 0x20000000,
}
# Options of `am` itself that take a value, and change nothing here.
_VALUED = frozenset(
    {
        "--user", "--display", "--windowingMode", "--activityType", "--task", "--receiver-permission", "-P",
        "--start-profiler", "--sampling", "--attach-agent", "--attach-agent-bind", "-R", "--clock-type",
    }
)  # fmt: skip
_PLAIN = frozenset(
    {"-D", "-N", "--streaming", "--track-allocation", "--task-overlay", "--lock-task", "--async",
     "--allow-background-activity-starts", "--splashscreen-show-icon", "--dismiss-keyguard", "--debug-log-resolution",
     "--selector", "--receiver-include-background", "-w", "--no-window-animation", "-r", "--no-isolated-storage"}
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class StartOptions:
    """The intent, `-W` (wait) and `-S` (stop first)."""

    intent: Intent = field(default_factory=Intent)
    wait: bool = False
    stop: bool = False


def parse_intent(words: list[str]) -> StartOptions:
    """Raises ArgumentError for options that do not exist or lack a value."""
    arguments = Arguments(words)
    options = StartOptions()
    extras: dict[str, ExtraValue] = {}
    while (word := arguments.next()) is not None:
        if word == "-W":
            options.wait = True
        elif word == "-S":
            options.stop = True
        elif word in _VALUED:
            arguments.required()
        elif word in _PLAIN:
            continue
        elif word in _FLAG_OPTIONS:
            options.intent = replace(options.intent, flags=options.intent.flags | _FLAG_OPTIONS[word])
        elif word in _EXTRAS:
            name = arguments.required()
            extras[name] = _EXTRAS[word](arguments.required())
        elif word == "--esn":
            extras[arguments.required()] = ""
        elif word.startswith("-") and word != "-":
            options.intent = _with_field(options.intent, word, arguments)
        else:
            options.intent = _with_target(options.intent, word)
    if extras:
        options.intent = replace(options.intent, extras=extras)
    return options


def _with_field(intent: Intent, option: str, arguments: Arguments) -> Intent:
    match option:
        case "-a":
            return replace(intent, action=arguments.required())
        case "-d":
            return replace(intent, data=arguments.required())
        case "-t":
            return replace(intent, type=arguments.required())
        case "-c":
            return replace(intent, categories=(*intent.categories, arguments.required()))
        case "-n":
            return replace(intent, component=_component(arguments.required()))
        case "-p":
            return replace(intent, package=arguments.required())
        case "-f":
            return replace(intent, flags=whole(arguments.required()) & 0xFFFFFFFF)
        case "-i":
            arguments.required()
            return intent
        case _:
            raise ArgumentError(f"Error: Unknown option: {option}")


def _component(text: str) -> ComponentName:
    try:
        return ComponentName.parse(text)
    except ValueError:
        raise ArgumentError(f"java.lang.IllegalArgumentException: Bad component name: {text}") from None


def _with_target(intent: Intent, word: str) -> Intent:
    """A bare word: a URI, a component or a package."""
    if ":" in word:
        return replace(intent, data=word, action=intent.action or "android.intent.action.VIEW")
    if "/" in word:
        return replace(intent, component=_component(word))
    return replace(intent, package=word)


def _list(text: str) -> tuple[str, ...]:
    """Values separated by commas; an escaped comma belongs to its value."""
    return tuple(part.replace("\\,", ",") for part in re.split(r"(?<!\\),", text))


def _integer(text: str) -> int:
    return whole(text)


def _truth(text: str) -> bool:
    if text.lower() in ("true", "t", "1"):
        return True
    if text.lower() in ("false", "f", "0"):
        return False
    raise ArgumentError(f"java.lang.IllegalArgumentException: Invalid boolean value: {text}")


def _text(text: str) -> str:
    return text


_EXTRAS: dict[str, Callable[[str], ExtraValue]] = {
    "-e": _text,
    "--es": _text,
    "--eu": _text,
    "--ecn": _text,
    "--ei": _integer,
    "--el": _integer,
    "--ef": decimal,
    "--ed": decimal,
    "--ez": _truth,
    "--esa": _list,
    "--esal": _list,
    "--eia": _list,
    "--eial": _list,
    "--ela": _list,
    "--elal": _list,
    "--efa": _list,
}


def intent_text(intent: Intent) -> str:
    """`Intent { act=... }` as Android prints it; telephone numbers and mail addresses are hidden."""
    parts: list[str] = []
    if intent.action:
        parts.append(f"act={intent.action}")
    if intent.categories:
        parts.append(f"cat=[{','.join(intent.categories)}]")
    if intent.data:
        parts.append(f"dat={_safe(intent.data)}")
    if intent.type:
        parts.append(f"typ={intent.type}")
    if intent.flags:
        parts.append(f"flg=0x{intent.flags:x}")
    if intent.package:
        parts.append(f"pkg={intent.package}")
    if intent.component is not None:
        parts.append(f"cmp={intent.component.short}")
    if intent.extras:
        parts.append("(has extras)")
    return f"Intent {{ {' '.join(parts)} }}" if parts else "Intent {  }"


def _safe(uri: str) -> str:
    """`Uri.toSafeString`."""
    scheme, colon, rest = uri.partition(":")
    if scheme.lower() in ("tel", "sip", "sms", "smsto", "mailto", "nfc"):
        return scheme + colon + re.sub(r"[^@.-]", "x", rest)
    if scheme.lower() in ("http", "https", "ftp", "rtsp"):
        host = re.match(r"//[^/?#]*", rest)
        return f"{scheme}:{host.group() if host else ''}/..."
    return uri
