"""What an adb server says of phones, and what its user can do about those that cannot be used."""

from __future__ import annotations

import asyncio
import re
import shutil

from device_farm.adb.smart_socket import AdbServer, ListedDevice
from device_farm.errors import BackendError, PrerequisiteError, TransportError

OLDEST_SERVER = 39
"""Of platform-tools 26 (2017): the first that names a phone's features, which the client asks for."""

_ADDRESS = re.compile(r"[^\s:\[\]]+:\d{1,5}|\[[0-9A-Fa-f:.]+\]:\d{1,5}")
_PROGRAM_VERSION = re.compile(r"Android Debug Bridge version \d+\.\d+\.(\d+)")
_VERSION_TIMEOUT_S = 10.0

_FIXES = {
    "unauthorized": "unlock its screen and accept the question whether to trust this computer; where none comes: "
    "`adb kill-server`, revoke the USB debugging authorisations on the phone, and plug it in again",
    "authorizing": "wait, or accept the question on its screen",
    "offline": "`adb reconnect offline`; for a phone on the network `adb disconnect` it and connect it again",
    "connecting": "wait until it is connected, or `adb disconnect` it",
    "no permissions": "give this user the USB device: install the udev rules (apt-get install -y "
    "android-sdk-platform-tools-common) and be in the group plugdev",
    "bootloader": "fastboot reboot",
    "recovery": "adb reboot",
    "sideload": "adb reboot",
    "rescue": "adb reboot",
}


def fix_for(state: str) -> str:
    """What to do about a phone in `state`, any but `device`."""
    known = next((fix for name, fix in _FIXES.items() if state.startswith(name)), "")
    return known or "look at `adb devices`"


def unusable(device: ListedDevice) -> PrerequisiteError:
    """The error for a phone that is listed in another state than `device`."""
    return PrerequisiteError(f"{device.serial} is {device.state}", field="serials", fix=fix_for(device.state))


def is_address(serial: str) -> bool:
    """Whether a serial is HOST:PORT: a phone on the network, Cuttlefish."""
    return _ADDRESS.fullmatch(serial) is not None


async def connect_missing(server: AdbServer, serials: tuple[str, ...]) -> None:
    """Has the server connect to the wanted network phones that it does not list.

    Raises:
        PrerequisiteError: it cannot reach one.
    """
    listed = {device.serial for device in await server.devices()}
    for serial in serials:
        if serial in listed or not is_address(serial):
            continue
        try:
            await server.connect(serial)
        except TransportError as error:
            fix = f"is it on, and does adbd listen there (adb tcpip {serial.rpartition(':')[2]})?"
            raise PrerequisiteError(f"{serial}: {error.message}", field="serials", fix=fix) from error


async def check_version(server: AdbServer, *, local: bool) -> None:
    """Refuses a server that is too old, or that the `adb` program of this machine would end.

    Every use of an `adb` of another version kills the server and drops all phones, in the middle of a run.

    Raises:
        PrerequisiteError: says which versions meet.
    """
    running = await server.version()
    where = f"the adb server at {server.host}:{server.port}"
    if running < OLDEST_SERVER:
        raise PrerequisiteError(
            f"{where} has protocol version {running}, at least {OLDEST_SERVER} is needed",
            field="server",
            fix="install current platform-tools, then `adb kill-server && adb start-server`",
        )
    installed = await _program_version() if local else None
    if installed is not None and installed != running:
        raise PrerequisiteError(
            f"{where} has protocol version {running}, the program adb here {installed}: its next use would end the "
            "server and every phone's connection",
            field="server",
            fix="`adb kill-server && adb start-server` with the one adb that everything here uses",
        )


async def _program_version() -> int | None:
    """Of the `adb` of the PATH; None without one, or where it does not say."""
    program = shutil.which("adb")
    if program is None:
        return None
    process = await asyncio.create_subprocess_exec(
        program, "version", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_VERSION_TIMEOUT_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise BackendError(f"`{program} version` did not answer within {_VERSION_TIMEOUT_S:g} s") from None
    found = _PROGRAM_VERSION.search(said.decode("utf-8", "replace"))
    return int(found[1]) if found else None
