"""`dumpsys SERVICE`: what each service tells about itself, in the lines that programs look for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from device_farm.simulator.framework import activity_dump, hardware_dump, window_dump
from device_farm.simulator.framework.arguments import Arguments
from device_farm.simulator.framework.package_dump import dump_package, dump_packages
from device_farm.simulator.shell.process import Process

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

Dump: TypeAlias = "Callable[[SimulatedPhone, list[str]], Iterable[str]]"


async def dumpsys(process: Process) -> int:
    words = list(process.args)
    while words and words[0] in ("-t", "-T", "--priority"):
        words = words[2:]
    if words[:1] == ["-l"] or not words:
        process.print("Currently running services:")
        for name in sorted(_SERVICES):
            process.print(f"  {name}")
        return 0
    name, *args = words
    dump = _SERVICES.get(name)
    if dump is None:
        process.complain(f"Can't find service: {name}")
        return 0
    if name == "battery" and args:
        hardware_dump.set_battery(process.phone, Arguments(args))
        return 0
    for line in dump(process.phone, args):
        process.print(line)
    return 0


def _package(phone: SimulatedPhone, args: list[str]) -> Iterable[str]:
    names = [word for word in args if not word.startswith("-")]
    return dump_package(phone, names[0]) if names else dump_packages(phone)


_SERVICES: dict[str, Dump] = {
    "SurfaceFlinger": window_dump.surface_flinger,
    "activity": activity_dump.activity,
    "alarm": hardware_dump.alarm,
    "audio": hardware_dump.audio,
    "battery": hardware_dump.battery,
    "batterystats": hardware_dump.battery_stats,
    "bluetooth_manager": hardware_dump.bluetooth_manager,
    "clipboard": hardware_dump.clipboard,
    "connectivity": hardware_dump.connectivity,
    "cpuinfo": hardware_dump.cpu_info,
    "deviceidle": hardware_dump.device_idle,
    "diskstats": hardware_dump.disk_stats,
    "display": window_dump.display,
    "gfxinfo": window_dump.graphics_info,
    "input": window_dump.input_,
    "input_method": window_dump.input_method,
    "iphonesubinfo": hardware_dump.phone_info,
    "location": hardware_dump.location,
    "media_session": hardware_dump.media_session,
    "meminfo": hardware_dump.memory_info,
    "mount": hardware_dump.mount,
    "notification": hardware_dump.notification,
    "package": _package,
    "power": hardware_dump.power,
    "statusbar": window_dump.status_bar,
    "telecom": hardware_dump.telecom,
    "telephony.registry": hardware_dump.telephony_registry,
    "usagestats": hardware_dump.usage_stats,
    "usb": hardware_dump.usb,
    "user": hardware_dump.user,
    "wifi": hardware_dump.wifi,
    "window": window_dump.window,
}
