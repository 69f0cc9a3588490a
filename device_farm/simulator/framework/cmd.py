"""`cmd SERVICE ARGUMENTS`: the same services by another door, and some that have no command of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

from device_farm.simulator.framework.am import am
from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.framework.input import input_
from device_farm.simulator.framework.pm import pm
from device_farm.simulator.framework.radios import set_airplane_mode, set_bluetooth, set_wifi, wifi_on
from device_farm.simulator.framework.settings import settings
from device_farm.simulator.framework.switches import appops, ime
from device_farm.simulator.framework.wm import wm
from device_farm.simulator.shell.process import Command, Process

_NIGHT_MODES = {"no": 1, "yes": 2, "auto": 0, "custom_schedule": 3}


async def cmd(process: Process) -> int:
    if not process.args:
        process.complain("cmd: No service specified; use -l to list all services")
        return 20
    name, *args = process.args
    if name == "-l":
        process.print("Currently running services:")
        for service in sorted({*_DOORS, *_SERVICES}):
            process.print(f"  {service}")
        return 0
    if (door := _DOORS.get(name)) is not None:
        process.args = args
        return await door(process)
    service_command = _SERVICES.get(name)
    if service_command is None:
        process.complain(f"cmd: Can't find service: {name}")
        return 20
    return service_command(process, Arguments(args))


def _status_bar(process: Process, arguments: Arguments) -> int:
    phone = process.phone
    match arguments.next():
        case "expand-notifications":
            phone.change(shade="notifications")
        case "expand-settings":
            phone.change(shade="settings")
        case "collapse":
            phone.change(shade="closed")
        case "get-status-icons":
            process.print("wifi\nmobile\nbattery\nclock")
        case verb:
            raise ArgumentError(f"Unknown command: {verb}" if verb else "Status bar (statusbar) commands: ...")
    return 0


def _connectivity(process: Process, arguments: Arguments) -> int:
    verb = arguments.next()
    if verb != "airplane-mode":
        raise ArgumentError(f"Unknown command: {verb}" if verb else "Connectivity service commands: airplane-mode")
    mode = arguments.next()
    match mode:
        case None:
            enabled = process.phone.settings.is_on("global", "airplane_mode_on")
            process.print("enabled" if enabled else "disabled")
        case "enable" | "disable":
            set_airplane_mode(process.phone, mode == "enable")
        case _:
            raise ArgumentError("Invalid argument to `cmd connectivity airplane-mode` - expected `enable` or `disable`")
    return 0


def _wifi(process: Process, arguments: Arguments) -> int:
    match arguments.next():
        case "set-wifi-enabled":
            set_wifi(process.phone, arguments.required() in ("enabled", "true"))
        case "status":
            on = wifi_on(process.phone)
            process.print(
                f"Wifi is {'enabled' if on else 'disabled'}\nWifi scanning is only available when wifi is enabled"
            )
        case verb:
            raise ArgumentError(f"Unknown command: {verb}")
    return 0


def _bluetooth(process: Process, arguments: Arguments) -> int:
    verb = arguments.next() or ""
    if verb in ("enable", "disable"):
        set_bluetooth(process.phone, verb == "enable")
    elif not verb.startswith("wait-for-state"):
        raise ArgumentError(f"Unknown command: {verb}")
    return 0


def _ui_mode(process: Process, arguments: Arguments) -> int:
    verb, mode = arguments.next(), arguments.next()
    if verb != "night":
        raise ArgumentError(f"Unknown command: {verb}")
    table = process.phone.settings
    if mode is not None:
        if mode not in _NIGHT_MODES:
            raise ArgumentError("Error: mode must be 'yes', 'no', or 'auto'")
        table.put("secure", "ui_night_mode", _NIGHT_MODES[mode])
    current = table.get_int("secure", "ui_night_mode", 1)
    names = {value: name for name, value in _NIGHT_MODES.items()}
    process.print(f"Night mode: {names.get(current, 'unknown')}")
    return 0


def _notification(process: Process, arguments: Arguments) -> int:
    verb = arguments.next()
    match verb:
        case "set_dnd" | "set-dnd":
            modes = {"off": 0, "all": 0, "priority": 1, "on": 1, "none": 2, "alarms": 3}
            mode = arguments.required()
            if mode not in modes:
                raise ArgumentError(f"Invalid DND mode: {mode}")
            process.phone.settings.put("global", "zen_mode", modes[mode])
        case "list":
            for entry in process.phone.notifications.list():
                process.print(f"0|{entry.package}|{entry.id}|{entry.tag or 'null'}|10000")
        case _ if verb in ("allow_listener", "disallow_listener", "allow_assistant", "post", "allow_dnd"):
            return 0
        case _:
            raise ArgumentError(f"Unknown command: {verb}")
    return 0


def _audio(process: Process, arguments: Arguments) -> int:
    """`cmd media_session volume --stream 3 --set N`, `cmd audio set-volume STREAM N`."""
    streams = {0: "volume_voice", 1: "volume_system", 2: "volume_ring", 3: "volume_music", 4: "volume_alarm",
               5: "volume_notification"}  # fmt: skip
    words = arguments.rest
    table = process.phone.settings
    numbers = [int(word) for word in words if re.fullmatch(r"\d{1,3}", word)]
    if words[:1] == ["set-volume"] and len(numbers) == 2 and numbers[0] in streams:
        table.put("system", streams[numbers[0]], min(numbers[1], 15))
        return 0
    stream = streams.get(_after(words, "--stream", 3), "volume_music")
    if words[:1] != ["volume"]:
        raise ArgumentError(f"Unknown command: {words[0] if words else None}")
    if "--set" in words:
        table.put("system", stream, min(max(_after(words, "--set", 0), 0), 15))
    process.print(f"[V] will get volume\n[V] volume is {table.get_int('system', stream)} in range [0..15]")
    return 0


def _after(words: list[str], name: str, default: int) -> int:
    index = words.index(name) + 1 if name in words else len(words)
    return int(words[index]) if index < len(words) and re.fullmatch(r"\d{1,3}", words[index]) else default


def _battery(process: Process, arguments: Arguments) -> int:
    from device_farm.simulator.framework.hardware_dump import set_battery

    set_battery(process.phone, arguments)
    return 0


def _power(process: Process, arguments: Arguments) -> int:
    verb = arguments.next()
    if verb in ("set-mode", "set-adaptive-power-saver-enabled"):
        process.phone.settings.put("global", "low_power", int(arguments.required() in ("1", "true")))
        return 0
    raise ArgumentError(f"Unknown command: {verb}")


def _alarm(process: Process, arguments: Arguments) -> int:
    match arguments.next():
        case "set-timezone":
            process.phone.properties.set("persist.sys.timezone", arguments.required())
        case "set-time":
            process.phone.clock.set(arguments.number() / 1000)
        case verb:
            raise ArgumentError(f"Unknown command: {verb}")
    return 0


def _succeed(process: Process, arguments: Arguments) -> int:
    return 0


_DOORS: dict[str, Command] = {
    "activity": am,
    "appops": appops,
    "input": input_,
    "input_method": ime,
    "package": pm,
    "settings": settings,
    "window": wm,
}

_SERVICES: dict[str, Callable[[Process, Arguments], int]] = {
    "alarm": _alarm,
    "audio": _audio,
    "battery": _battery,
    "bluetooth_manager": _bluetooth,
    "connectivity": _connectivity,
    "device_config": _succeed,
    "deviceidle": _succeed,
    "jobscheduler": _succeed,
    "locksettings": _succeed,
    "media_session": _audio,
    "netpolicy": _succeed,
    "notification": _notification,
    "overlay": _succeed,
    "power": _power,
    "role": _succeed,
    "statusbar": _status_bar,
    "uimode": _ui_mode,
    "wifi": _wifi,
}
