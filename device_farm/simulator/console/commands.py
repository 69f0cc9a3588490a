"""The console's commands: `avd`, `sms`, `gsm`, `rotate`, `network`, `fault`, `reset`, `kill`, …"""

from __future__ import annotations

import shlex
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from device_farm.errors import FarmError
from device_farm.simulator.console.telephony import deliver_sms, ring
from device_farm.simulator.faults import FAULT_HELP, NO_FAULTS
from device_farm.simulator.handset import Handset
from device_farm.simulator.telephone import caller_gives_up

Lines: TypeAlias = Sequence[str]
Arguments: TypeAlias = Sequence[str]


class ConsoleError(Exception):
    """The command is refused; the text follows `KO:`."""


class EndSession(Exception):
    """The client's session ends after `lines`."""

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self.lines = lines


class Console:
    """Commands on one phone. `kill` is called when a client ends the emulator."""

    def __init__(self, handset: Handset, kill: Callable[[], None]) -> None:
        self._handset = handset
        self._kill = kill
        self._commands: Mapping[str, tuple[str, Callable[[Arguments], Awaitable[Lines]]]] = {
            "auth": ("authenticate; every token is taken", self._auth),
            "avd": ("control the virtual device: name, status, start, stop, snapshot", self._avd),
            "exit": ("quit the console session", self._quit),
            "fault": ("inject a fault: fault NAME [ARGUMENT], fault clear, fault list", self._fault),
            "gsm": ("incoming calls: gsm call NUMBER, gsm cancel NUMBER", self._gsm),
            "help": ("print this list", self._help),
            "kill": ("end the emulator", self._end),
            "network": ("network status", self._network),
            "ping": ("check whether the emulator is alive", self._ping),
            "quit": ("quit the console session", self._quit),
            "power": (
                "the battery: power display, ac on|off, status charging|discharging, capacity PERCENT",
                self._power,
            ),
            "reset": ("back to the state after the first boot; reset SEED: with other content", self._reset),
            "sms": ("incoming text message: sms send NUMBER TEXT", self._sms),
        }

    async def execute(self, line: str) -> Lines:
        """The answer's lines, without `OK`.

        Raises:
            ConsoleError: unknown or refused.
            EndSession: after quit and kill.
        """
        name, _, rest = line.partition(" ")
        entry = self._commands.get(name)
        if entry is None:
            raise ConsoleError("unknown command, try 'help'")
        try:
            return await entry[1](_words(rest))
        except FarmError as error:
            raise ConsoleError(str(error)) from error

    # Session

    async def _auth(self, arguments: Arguments) -> Lines:
        if len(arguments) != 1:
            raise ConsoleError("missing authentication token")
        return []

    async def _help(self, arguments: Arguments) -> Lines:
        width = max(map(len, self._commands))
        return [
            "Android console commands:",
            *(f"    {name:<{width}}  {text}" for name, (text, _) in self._commands.items()),
        ]

    async def _ping(self, arguments: Arguments) -> Lines:
        return ["I am alive!"]

    async def _quit(self, arguments: Arguments) -> Lines:
        raise EndSession

    async def _end(self, arguments: Arguments) -> Lines:
        self._kill()
        raise EndSession("OK: killing emulator, bye bye")

    # The virtual device

    async def _avd(self, arguments: Arguments) -> Lines:
        match list(arguments):
            case ["name"]:
                return [self._handset.name]
            case ["status"]:
                return ["virtual device is stopped" if self._handset.paused else "virtual device is running"]
            case ["stop"]:
                if self._handset.paused:
                    raise ConsoleError("virtual device already stopped")
                self._handset.paused = True
                return []
            case ["start"]:
                if not self._handset.paused:
                    raise ConsoleError("virtual device already running")
                self._handset.paused = False
                return []
            case ["snapshot", *rest]:
                return self._snapshot(rest)
            case _:
                raise ConsoleError("avd needs one of: name, status, start, stop, snapshot")

    def _snapshot(self, arguments: Arguments) -> Lines:
        snapshots = self._handset.snapshots
        match list(arguments):
            case ["list"]:
                return _snapshot_table(self._handset)
            case ["save", name]:
                snapshots.save(name)
            case ["load", name]:
                snapshots.load(name)
            case ["delete" | "del" | "remove", name]:
                snapshots.delete(name)
            case ["save" | "load" | "delete" | "del" | "remove", *_]:
                raise ConsoleError("argument missing, try 'avd snapshot <operation> <name>'")
            case _:
                raise ConsoleError("avd snapshot needs one of: list, save NAME, load NAME, delete NAME")
        return []

    async def _reset(self, arguments: Arguments) -> Lines:
        match list(arguments):
            case []:
                self._handset.reset()
            case [seed] if seed.removeprefix("-").isdecimal():
                self._handset.reset(seed=int(seed))
            case _:
                raise ConsoleError("reset takes a whole number or nothing")
        return []

    # Radio

    async def _sms(self, arguments: Arguments) -> Lines:
        match list(arguments):
            case ["send", number, *words] if words:
                deliver_sms(self._handset.phone, number, " ".join(words))
                return []
            case _:
                raise ConsoleError("missing arguments, try 'sms send <phonenumber> <text message>'")

    async def _gsm(self, arguments: Arguments) -> Lines:
        match list(arguments):
            case ["call", number]:
                ring(self._handset.phone, number)
            case ["cancel", number]:
                caller_gives_up(self._handset.phone, number)
            case _:
                raise ConsoleError("gsm needs one of: call NUMBER, cancel NUMBER")
        return []

    async def _power(self, arguments: Arguments) -> Lines:
        phone = self._handset.phone
        hardware = phone.state.hardware
        match list(arguments):
            case ["display"]:
                return [
                    f"AC: {'online' if hardware.charging else 'offline'}",
                    f"status: {'Charging' if hardware.charging else 'Discharging'}",
                    "health: Good",
                    "present: true",
                    f"capacity: {hardware.battery_percent}",
                ]
            case ["ac", "on"] | ["status", "charging"]:
                phone.change(hardware=replace(hardware, charging=True))
            case ["ac", "off"] | ["status", "discharging"]:
                phone.change(hardware=replace(hardware, charging=False))
            case ["capacity", percent] if percent.isdecimal() and int(percent) <= 100:
                phone.change(hardware=replace(hardware, battery_percent=int(percent)))
            case _:
                raise ConsoleError("power needs: display, ac on|off, status charging|discharging, capacity 0..100")
        return []

    async def _network(self, arguments: Arguments) -> Lines:
        if list(arguments) != ["status"]:
            raise ConsoleError("network has one operation: status")
        return _network_status(self._handset)

    # Faults

    async def _fault(self, arguments: Arguments) -> Lines:
        switch = self._handset.faults
        match list(arguments):
            case ["clear"]:
                switch.set(NO_FAULTS)
            case ["list"]:
                return [*(f"active: {name}" for name in switch.current.names()), *_fault_help()]
            case [name, *rest] if len(rest) <= 1:
                switch.set(switch.current.plus(name, *rest))
            case _:
                raise ConsoleError("fault needs: NAME [ARGUMENT], clear or list")
        return []


def _words(text: str) -> list[str]:
    """Arguments as the emulator splits them, with quotes kept together; a lone apostrophe is a letter."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _fault_help() -> list[str]:
    return [f"{name}: {text}" for name, text in FAULT_HELP.items()]


def _snapshot_table(handset: Handset) -> list[str]:
    entries = handset.snapshots.entries()
    if not entries:
        return ["There is no snapshot available."]
    rows = [
        "List of snapshots present on all disks:",
        f"{'ID':<9} {'TAG':<20} {'VM SIZE':>7} {'DATE':>19} {'VM CLOCK':>12}",
    ]
    for entry in entries:
        date = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(entry.created_s))
        hours, rest = divmod(entry.uptime_s, 3600)
        clock = f"{int(hours):02d}:{int(rest // 60):02d}:{rest % 60:06.3f}"
        size = f"{entry.size_bytes / 1e6:.0f}M"
        rows.append(f"{'--':<9} {entry.name:<20} {size:>7} {date} {clock}")
    return rows


def _network_status(handset: Handset) -> list[str]:
    settings = handset.phone.settings
    plane, wifi = settings.is_on("global", "airplane_mode_on"), settings.is_on("global", "wifi_on")
    data = settings.is_on("global", "mobile_data") and not plane
    return [
        "Current network status:",
        f"  airplane mode:  {'on' if plane else 'off'}",
        f"  wifi:           {'enabled' if wifi else 'disabled'}",
        f"  mobile data:    {'enabled' if data else 'disabled'}",
    ]
