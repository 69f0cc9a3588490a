"""`svc`, `ime`, `appops`, `service`, `monkey`, `reboot`: short commands that switch or start one thing."""

from __future__ import annotations

import random
import re

from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.framework.radios import set_bluetooth, set_mobile_data, set_wifi
from device_farm.simulator.settings_defaults import DEFAULT_SETTINGS
from device_farm.simulator.shell.process import Process

_SERVICES = (
    ("accessibility", "android.view.accessibility.IAccessibilityManager"),
    ("activity", "android.app.IActivityManager"),
    ("alarm", "android.app.IAlarmManager"),
    ("audio", "android.media.IAudioService"),
    ("battery", ""),
    ("bluetooth_manager", "android.bluetooth.IBluetoothManager"),
    ("clipboard", "android.content.IClipboard"),
    ("connectivity", "android.net.IConnectivityManager"),
    ("display", "android.hardware.display.IDisplayManager"),
    ("input", "android.hardware.input.IInputManager"),
    ("input_method", "com.android.internal.view.IInputMethodManager"),
    ("notification", "android.app.INotificationManager"),
    ("package", "android.content.pm.IPackageManager"),
    ("phone", "com.android.internal.telephony.ITelephony"),
    ("power", "android.os.IPowerManager"),
    ("settings", ""),
    ("statusbar", "com.android.internal.statusbar.IStatusBarService"),
    ("wifi", "android.net.wifi.IWifiManager"),
    ("window", "android.view.IWindowManager"),
)


async def svc(process: Process) -> int:
    arguments = Arguments(process.args)
    service, verb = arguments.next(), arguments.next()
    phone = process.phone
    on = verb == "enable"
    match service, verb:
        case "wifi", "enable" | "disable":
            set_wifi(phone, on)
        case "data", "enable" | "disable":
            set_mobile_data(phone, on)
        case "bluetooth", "enable" | "disable":
            set_bluetooth(phone, on)
        case "nfc", "enable" | "disable":
            phone.settings.put("global", "nfc_on", int(on))
        case "power", "stayon":
            mode = arguments.required()
            value = {"true": 15, "false": 0, "ac": 1, "usb": 2, "wireless": 4}.get(mode)
            if value is None:
                raise ArgumentError(f"Error: invalid mode {mode}", exit_code=1)
            phone.settings.put("global", "stay_on_while_plugged_in", value)
        case "power", "reboot":
            phone.reboot()
        case "power", "shutdown":
            phone.change(screen_on=False)
        case ("usb", _) | ("wifi" | "data", "prefer"):
            return 0
        case _:
            process.complain(
                "Available commands:\n    help\n    power\n    data\n    wifi\n    usb\n    nfc\n    bluetooth"
            )
            return 255 if service not in (None, "help") else 0
    return 0


async def ime(process: Process) -> int:
    arguments = Arguments(process.args)
    verb = arguments.next()
    settings = process.phone.settings
    enabled = [name for name in (settings.get("secure", "enabled_input_methods") or "").split(":") if name]
    while arguments.peek() == "--user":
        arguments.next()
        arguments.required()
    match verb:
        case "list":
            short = "-s" in arguments.rest
            for name in enabled:
                process.print(name if short else f"mId={name} mSettingsActivityName=null mIsVrOnly=false")
        case "enable" | "disable" | "set":
            return _change_ime(process, verb, arguments.required(), enabled)
        case "reset":
            for key in ("default_input_method", "enabled_input_methods"):
                settings.put("secure", key, DEFAULT_SETTINGS["secure"][key])
            process.print("Reset current and enabled IMEs for user #0")
        case _:
            raise ArgumentError(f"Unknown command: {verb}" if verb else "ime <command>")
    return 0


def _change_ime(process: Process, verb: str, name: str, enabled: list[str]) -> int:
    settings = process.phone.settings
    if name not in enabled and process.phone.packages.get(name.partition("/")[0]) is None:
        process.complain(
            f"Unknown input method {name} cannot be {'selected' if verb == 'set' else verb + 'd'} for user #0"
        )
        return 255
    if verb == "set":
        settings.put("secure", "default_input_method", name)
        process.print(f"Input method {name} selected for user #0")
        return 0
    kept = [other for other in enabled if other != name]
    settings.put("secure", "enabled_input_methods", ":".join([*kept, name] if verb == "enable" else kept))
    already = "already enabled" if verb == "enable" and name in enabled else f"now {verb}d"
    process.print(f"Input method {name}: {already} for user #0")
    return 0


async def appops(process: Process) -> int:
    arguments = Arguments([word for word in process.args if word not in ("--uid", "--user", "0")])
    verb = arguments.next()
    if verb == "query-op":
        process.print("No operations.")
        return 0
    if verb not in ("get", "set", "reset", "start", "stop"):
        raise ArgumentError(f"Unknown command: {verb}" if verb else "AppOps service (appops) commands: get, set, reset")
    if verb == "reset":
        process.print("Reset all modes for: all users, all packages")
        return 0
    package = arguments.required()
    if process.phone.packages.get(package) is None:
        process.complain(f"Error: No UID for {package} in user 0")
        return 255
    operation = arguments.next()
    settings = process.phone.settings
    if verb == "set":
        if operation is None:
            raise ArgumentError("Error: No operation specified")
        # Kept where nothing else looks, so that `appops get` and snapshots know of it.
        settings.put("global", f"appops:{package}:{operation.upper()}", arguments.required())
        return 0
    found = [
        (key.rsplit(":", 1)[1], value) for key, value in settings.list("global") if key.startswith(f"appops:{package}:")
    ]
    found = [item for item in found if operation is None or item[0] == operation.upper()]
    for name, mode in found:
        process.print(f"{name}: {mode}")
    if not found:
        process.print("No operations.\nDefault mode: allow" if operation else "No operations.")
    return 0


async def service(process: Process) -> int:
    arguments = Arguments(process.args)
    match arguments.next():
        case "list":
            process.print(f"Found {len(_SERVICES)} services:")
            for index, (name, interface) in enumerate(_SERVICES):
                process.print(f"{index}\t{name}: [{interface}]")
        case "check":
            name = arguments.required()
            process.print(f"Service {name}: {'found' if any(name == known for known, _ in _SERVICES) else 'not found'}")
        case "call":
            return _service_call(process, arguments)
        case _:
            process.print("service: Unknown command")
            return 10
    return 0


def _service_call(process: Process, arguments: Arguments) -> int:
    name, code = arguments.required(), arguments.number()
    if not any(name == known for known, _ in _SERVICES):
        process.complain(f"service: Service {name} does not exist")
        return 10
    words = arguments.rest
    if (name, code) == ("alarm", 3) and "s16" in words:
        # IAlarmManager.setTimeZone: the way in which scripts set the time zone.
        process.phone.properties.set("persist.sys.timezone", words[words.index("s16") + 1])
    process.print("Result: Parcel(00000000    '....')")
    return 0


async def monkey(process: Process) -> int:
    """`monkey -p PACKAGE [-c CATEGORY] COUNT`: starts the app; with a larger count, seeded random taps on it."""
    arguments = Arguments(process.args)
    packages: list[str] = []
    seed, count = 0, None
    while (word := arguments.next()) is not None:
        if word == "-p":
            packages.append(arguments.required())
        elif word == "-s":
            seed = arguments.number()
        elif word in ("-c", "--throttle", "--pct-syskeys", "--pct-touch", "--pct-motion", "--port"):
            arguments.required()
        elif word.startswith("-"):
            continue
        elif re.fullmatch(r"\d{1,9}", word):
            count = int(word)
        else:
            raise ArgumentError("** Error: Count is not a number", exit_code=255)
    if count is None:
        process.complain("usage: monkey [-p ALLOWED_PACKAGE] [-c MAIN_CATEGORY] [-s SEED] COUNT")
        return 255
    process.complain(f"  bash arg: {'  bash arg: '.join(f'{word}{chr(10)}' for word in process.args)}".rstrip("\n"))
    targets = [package for package in packages if process.phone.packages.launcher(package) is not None]
    if packages and not targets:
        process.print("** No activities found to run, monkey aborted.")
        return 252
    if targets:
        process.phone.activities.launch_app(targets[0])
        process.phone.screen.windows()
    await _play(process, targets, seed, count - 1)
    process.print(f"Events injected: {count}")
    process.complain("## Network stats: elapsed time=21ms (0ms mobile, 0ms wifi, 21ms not connected)")
    return 0


async def _play(process: Process, packages: list[str], seed: int, count: int) -> None:
    generator = random.Random(seed)
    screen = process.phone.profile.screen
    for _ in range(min(count, 10_000)):
        process.shell.budget.spend_step()
        # Android's monkey stays in the packages that it was given.
        if packages and process.phone.activities.top.package not in packages:
            process.phone.activities.launch_app(packages[0])
        process.phone.input.tap(generator.randrange(screen.width), generator.randrange(screen.height))


async def reboot(process: Process) -> int:
    process.phone.reboot()
    return 0
