"""One simulated phone together with what outlives its resets: snapshots, injected faults, the automation server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Literal, TypeAlias

from device_farm.simulator.accessibility_forwarder.forwarder import AccessibilityForwarder
from device_farm.simulator.adbd.shell import Input, Output
from device_farm.simulator.clock import Clock, RealClock, VirtualClock
from device_farm.simulator.faults import NO_FAULTS, Faults, FaultSwitch
from device_farm.simulator.faulty_phone import AccessibilityLostError, FaultyPhone
from device_farm.simulator.own_apps import remember
from device_farm.simulator.remote import RemoteControl
from device_farm.simulator.shell.process import Command
from device_farm.simulator.shell.shell import Shell, ShellSession
from device_farm.simulator.snapshot import PhoneSnapshot
from device_farm.simulator.snapshots import SnapshotStore
from device_farm.simulator.toolkit.app import App
from device_farm.simulator.uiautomator.program import JAR, JAR_CONTENT, app_process
from device_farm.simulator.uiautomator.server import AutomationServer
from device_farm.types.ui_tree import UiTree

ClockKind: TypeAlias = Literal["virtual", "real"]


class Handset:
    """What all front-ends of one phone share. The phone boots when something first looks at it."""

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: ClockKind = "virtual",
        name: str = "simulated-phone",
        faults: Faults = NO_FAULTS,
        apps: tuple[App, ...] = (),
    ) -> None:
        """`apps` are installed beside the built-in ones."""
        self.name = name
        self.faults = FaultSwitch(faults)
        self.snapshots = SnapshotStore(lambda: self.phone)
        self.remote = RemoteControl(lambda: self.phone)
        self.automation = AutomationServer(self.remote)
        self.forwarder = AccessibilityForwarder(self._forwarded_tree)
        self._seed = seed
        self._apps = apps
        remember(apps)
        self._clock_kind: ClockKind = clock
        self._phone: FaultyPhone | None = None
        self._programs: dict[str, Command] = {"app_process": app_process(self.automation)}
        self._shell: Shell | None = None
        self._first_boot: PhoneSnapshot | None = None
        self._paused = False
        self._boot_observers: list[Callable[[], None]] = []
        self.faults.observe(self._faults_changed)

    @property
    def phone(self) -> FaultyPhone:
        """The phone, booted now where it was not yet."""
        if self._phone is None:
            clock = RealClock() if self._clock_kind == "real" else VirtualClock()
            self._phone = _boot(self._seed, clock, self._apps)
            self._first_boot = self._phone.snapshot()
            self._phone.set_faults(self.faults.current)
            self._phone.callbacks.observe_broadcasts(self.forwarder.receive)
        return self._phone

    # Boot

    @property
    def booted(self) -> bool:
        """False while an injected fault holds the boot up, or the virtual device is stopped by the console."""
        return not (self.faults.current.boot_hang or self._paused)

    @property
    def paused(self) -> bool:
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        self._tell_boot_observers()

    def observe_boot(self, observer: Callable[[], None]) -> None:
        """Calls `observer` whenever `booted` may have changed."""
        self._boot_observers.append(observer)

    def reboot(self) -> None:
        """Files and settings stay; everything that runs ends."""
        self.automation.stop()
        if self._shell is not None:
            self._shell.kill_jobs()
        self.phone.reboot()

    def reset(self, *, seed: int | None = None) -> None:
        """Back to the state after the first boot, without any snapshot; `seed` makes it that of another phone."""
        phone = self.phone
        assert self._first_boot is not None
        if seed is not None and seed != self._seed:
            self._seed = seed
            self._first_boot = replace(_first_boot(seed, self._apps), clock=self._first_boot.clock)
        self.snapshots.clear()
        # A job of the last user would write into the next one's phone.
        if self._shell is not None:
            self._shell.kill_jobs()
        phone.restore(self._first_boot)

    # Shell

    def add_program(self, name: str, program: Command) -> None:
        """Adds a program that needs what is outside the phone's state, such as its adb connections."""
        self._programs[name] = program

    async def run_command(self, command: str, stdin: Input, output: Output) -> int:
        """Runs a command line in the phone's shell to its exit code, 0 to 255."""
        delay_s = self.faults.current.slow_shell_s
        if delay_s:
            await asyncio.sleep(delay_s)
        exit_code = await self._booted_shell().execute(command, stdin, output)
        await self.forwarder.flush()
        return exit_code

    def open_terminal(self, stdin: Input, output: Output) -> ShellSession:
        """A shell process for one line after another."""
        return self._booted_shell().session(stdin, output)

    def _booted_shell(self) -> Shell:
        if self._shell is None:
            self._shell = Shell(self.phone, self._programs)
        return self._shell

    def _forwarded_tree(self) -> UiTree | None:
        """What the accessibility forwarder can send now: nothing before the boot, and nothing in airplane mode."""
        if self._phone is None or not self.booted or self._phone.settings.is_on("global", "airplane_mode_on"):
            return None
        try:
            return self._phone.accessibility()
        except AccessibilityLostError:
            return None

    def _faults_changed(self, faults: Faults) -> None:
        if self._phone is not None:
            self._phone.set_faults(faults)
        self._tell_boot_observers()

    def _tell_boot_observers(self) -> None:
        for observer in self._boot_observers:
            observer()


@lru_cache(maxsize=256)
def _first_boot(seed: int, apps: tuple[App, ...]) -> PhoneSnapshot:
    """The phone of `seed` after its first boot; phones share what is in it."""
    return _boot(seed, VirtualClock(), apps).snapshot()


def _boot(seed: int, clock: Clock, apps: tuple[App, ...]) -> FaultyPhone:
    phone = FaultyPhone.boot(seed=seed, clock=clock, apps=apps)
    assert isinstance(phone, FaultyPhone)
    phone.files.write(JAR, JAR_CONTENT)
    return phone
