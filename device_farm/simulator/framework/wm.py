"""`wm size|density`: the screen of the simulated phone is fixed; an override is refused, not faked."""

from __future__ import annotations

import re

from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.shell.process import Process


async def wm(process: Process) -> int:
    arguments = Arguments(process.args)
    verb = arguments.next()
    profile = process.phone.profile
    match verb:
        case "size":
            wanted = _value(arguments)
            if wanted is None:
                process.print(f"Physical size: {profile.screen.width}x{profile.screen.height}")
                return 0
            found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", wanted)
            if wanted != "reset" and found is None:
                raise ArgumentError(f"Error: bad size {wanted}")
            if found and (int(found.group(1)), int(found.group(2))) != (profile.screen.width, profile.screen.height):
                raise ArgumentError(f"Error: this display only supports {profile.screen.width}x{profile.screen.height}")
        case "density":
            wanted = _value(arguments)
            if wanted is None:
                process.print(f"Physical density: {profile.density_dpi}")
                return 0
            if wanted != "reset" and not re.fullmatch(r"\d{2,4}", wanted):
                raise ArgumentError(f"Error: bad number {wanted}")
            if wanted not in ("reset", str(profile.density_dpi)):
                raise ArgumentError(f"Error: this display only supports density {profile.density_dpi}")
        case "user-rotation":
            return _user_rotation(process, arguments)
        case "dismiss-keyguard":
            process.phone.change(screen_on=True)
        case "overscan" | "folded-area" | "scaling" | "fixed-to-user-rotation" | "set-ignore-orientation-request":
            return 0
        case None:
            process.print("Window manager (window) commands:\n  size, density, user-rotation, dismiss-keyguard")
            return 255
        case _:
            raise ArgumentError(f"Unknown command: {verb}")
    return 0


def _value(arguments: Arguments) -> str | None:
    word = arguments.next()
    if word == "-d":
        arguments.required()
        word = arguments.next()
    return word


def _user_rotation(process: Process, arguments: Arguments) -> int:
    settings = process.phone.settings
    mode = _value(arguments)
    match mode:
        case None:
            free = settings.is_on("system", "accelerometer_rotation")
            rotation = settings.get_int("system", "user_rotation")
            process.print("free" if free else f"lock {rotation}")
        case "free":
            settings.put("system", "accelerometer_rotation", 1)
        case "lock":
            rotation = arguments.number() if arguments.rest else 0
            if not 0 <= rotation <= 3:
                raise ArgumentError(f"Error: rotation argument {rotation} out of range")
            settings.put("system", "accelerometer_rotation", 0)
            settings.put("system", "user_rotation", rotation)
        case _:
            raise ArgumentError("Error: argument needs to be either free or lock")
    return 0
