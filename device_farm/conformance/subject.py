"""What is checked: a device, how it comes back to its clean state, and what its platform is known to have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from device_farm.desktop.vm.command import EMULATED_PATIENCE
from device_farm.device import Device, ManagedDevice
from device_farm.errors import ConfigError
from device_farm.types.action import (
    Action,
    Click,
    Drag,
    LongPress,
    MoveTo,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Size

ECHO_PORT = 45871


class CheckFailure(Exception):
    """The device broke its contract; the text says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the checks need to know of a kind of device. Commands are lines of the device's shell.

    `app` is an application that every device of the kind has, `text_app` one that shows an editable field after
    `to_text_field`. `endless_command` never returns by itself. `known_failures` maps the name of a check to the reason
    why this kind cannot pass it; such a check must fail, so that the list stays true. `patience` stretches the checks'
    deadlines. `echo_command`, where there is one, leaves a program behind that sends back what comes to `ECHO_PORT`.
    `program_folders` are where pushed programs can be run, as words of the shell.
    """

    folder: str
    app: str
    text_app: str
    to_text_field: tuple[str, ...]
    endless_command: str
    change_setting: str
    read_setting: str
    deterministic: bool
    known_failures: Mapping[str, str] = field(default_factory=dict)
    patience: float = 1.0
    echo_command: str = ""
    program_folders: tuple[str, ...] = ()

    def actions(self, screen: Size) -> tuple[Action, ...]:
        """One of every kind that touches a device, harmless on any screen, apart from OpenApp."""
        middle, low, high = (Point(screen.width // 2, screen.height * part // 10) for part in (5, 7, 3))
        return (
            Click(at=middle),
            Click(at=middle, count=2),
            LongPress(at=middle, duration_ms=600),
            MoveTo(at=low),
            Drag(start=low, end=high, duration_ms=500),
            Swipe(start=low, end=high, duration_ms=200),
            Scroll(at=middle, dy=2),
            Scroll(at=middle, dy=-2),
            TypeText(text="a b"),
            PressKey(key="escape"),
            PressKey(key="a", modifiers=("ctrl",)),
            SystemButton(button="enter"),
            Wait(duration_s=0.1),
        )


SIMULATOR = Facts(
    folder="/sdcard/Download",
    app="Settings",
    text_app="Contacts",
    to_text_field=("Create contact",),
    endless_command="logcat",
    change_setting="settings put system screen_brightness 77",
    read_setting="settings get system screen_brightness",
    deterministic=True,
)
REAL_PHONE = Facts(
    folder="/sdcard/Download",
    app="Settings",
    text_app="Contacts",
    to_text_field=("Create contact",),
    endless_command="logcat",
    change_setting="settings put system screen_brightness 77",
    read_setting="settings get system screen_brightness",
    deterministic=False,
    known_failures={
        "snapshot_round_trip": "a phone in the hand has no snapshots",
        "snapshot_restores_files": "a phone in the hand has no snapshots",
    },
)
EMULATOR = replace(
    REAL_PHONE,
    known_failures={
        "snapshot_round_trip": "a phone of a read-only fleet keeps no snapshots",
        "snapshot_restores_files": "a phone of a read-only fleet keeps no snapshots",
    },
)
WRITABLE_EMULATOR = replace(
    REAL_PHONE, known_failures={"close_is_idempotent": "a virtual device takes one writer, so no second device starts"}
)
_ECHO = f"""
import socket
listener = socket.create_server(("127.0.0.1", {ECHO_PORT}))
while True:
    with listener.accept()[0] as caller:
        while piece := caller.recv(65536):
            caller.sendall(piece)
"""
DESKTOP = Facts(
    folder="",
    app="text editor",
    text_app="text editor",
    to_text_field=(),
    endless_command="sleep 600",
    change_setting="mkdir -p .config && echo changed > .config/farm-check",
    read_setting="cat .config/farm-check 2>/dev/null || echo unset",
    deterministic=False,
    echo_command=f"setsid python3 -c '{_ECHO}' >/dev/null 2>&1 </dev/null &",
    program_folders=("$HOME", "/tmp", "$XDG_RUNTIME_DIR"),
)


# Without KVM a virtual machine's processor is a program.
VIRTUAL_DESKTOP = replace(DESKTOP, patience=EMULATED_PATIENCE)


def facts_for(backend: str, *, read_only: bool = True) -> Facts:
    """What is known of a backend; `read_only` is an emulator's.

    Raises:
        ConfigError: the backend promises no screen of its own.
    """
    match backend:
        case "simulator":
            return SIMULATOR
        case "adb":
            return REAL_PHONE
        case "emulator":
            return EMULATOR if read_only else WRITABLE_EMULATOR
        case "xvfb" | "docker":
            return DESKTOP
        case "qemu":
            return VIRTUAL_DESKTOP
        case _:
            fix = "use simulator, emulator, xvfb, docker, qemu or adb"
            raise ConfigError(f"no contract facts for backend {backend!r}", field="--backend", fix=fix)


class Subject(Protocol):
    """A device under check. Through gRPC it is a lease, and `fresh` gives it back and takes the next."""

    @property
    def device(self) -> Device: ...

    async def fresh(self) -> Device:
        """The device after a reset, from whoever is responsible for it."""
        ...

    @property
    def managed(self) -> Managed | None:
        """How to make devices of one's own, where the subject is in process."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """The owner's side of an in-process device. `create` yields a further, unstarted one."""

    device: ManagedDevice
    create: Callable[[str], Awaitable[ManagedDevice]]


def expect(condition: bool, complaint: str) -> None:
    """Raises CheckFailure with `complaint` unless `condition` holds."""
    if not condition:
        raise CheckFailure(complaint)
