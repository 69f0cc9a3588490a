"""Sets a phone without snapshots back: applications, their data, changed settings and new files.

What it covers is what an agent's episode usually changes. What it cannot undo is said by `RESET_LIMITS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from device_farm.adb.client import AdbClient, quote
from device_farm.errors import BackendError, GuestError

RESET_LIMITS = (
    "contacts, call log, messages, system applications' data, and changes within files that were there before"
)
"""What stays changed after a reset of a real phone."""

_TABLES = ("system", "secure", "global")
_FILES_ROOT = "/sdcard"
_NOT_RESTORED = frozenset({"boot_count", "device_provisioned", "android_id", "adb_enabled", "adb_wifi_enabled"})
"""Keys that Android counts itself, or whose change would cut the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The phone as it was when the farm took it over."""

    packages: frozenset[str]
    settings: Mapping[str, Mapping[str, str]]
    files: frozenset[str]


def parse_packages(output: str) -> frozenset[str]:
    """Reads `pm list packages`."""
    return frozenset(line.removeprefix("package:").strip() for line in output.splitlines() if line.strip())


def parse_settings(output: str) -> dict[str, str]:
    """Reads `settings list TABLE`; a value may hold `=`, and one with a line feed is left out as unreadable."""
    return dict(line.split("=", 1) for line in output.splitlines() if "=" in line and not line.startswith(" "))


def settings_commands(table: str, before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What puts `now` back to `before`."""
    keys = sorted((before.keys() | now.keys()) - _NOT_RESTORED)
    commands = []
    for key in keys:
        if key not in before:
            commands.append(f"settings delete {table} {quote(key)}")
        elif now.get(key) != before[key]:
            commands.append(f"settings put {table} {quote(key)} {quote(before[key])}")
    return commands


async def take_baseline(client: AdbClient) -> Baseline:
    """Raises GuestError when the phone does not let itself be asked."""
    settings = {table: parse_settings(await client.run(f"settings list {table}")) for table in _TABLES}
    return Baseline(
        packages=parse_packages(await client.run("pm list packages -3")),
        settings=MappingProxyType(settings),
        files=await _files(client),
    )


async def restore(client: AdbClient, baseline: Baseline) -> None:
    """Back to `baseline`, apart from RESET_LIMITS.

    Raises:
        BackendError: the phone refused a step.
    """
    try:
        await client.shell("cmd statusbar collapse; input keyevent KEYCODE_HOME")
        now = parse_packages(await client.run("pm list packages -3"))
        for package in sorted(now - baseline.packages):
            await client.shell(f"pm uninstall {quote(package)}", timeout_s=120)
        for package in sorted(now & baseline.packages):
            await client.run(f"pm clear {quote(package)}", timeout_s=60)
        for table in _TABLES:
            current = parse_settings(await client.run(f"settings list {table}"))
            for command in settings_commands(table, baseline.settings[table], current):
                await client.shell(command)
        for path in sorted(await _files(client) - baseline.files):
            await client.run(f"rm -f {quote(path)}")
        await client.shell("am kill-all; input keyevent KEYCODE_HOME")
    except GuestError as error:
        raise BackendError(f"{client.address} could not be set back: {error.message}") from error


async def _files(client: AdbClient) -> frozenset[str]:
    # Directories that Android guards make `find` exit with 1; what it could read is what can be restored.
    result = await client.shell(f"find {_FILES_ROOT}/ -type f 2>/dev/null", timeout_s=120)
    return frozenset(line for line in result.stdout.decode("utf-8", "surrogateescape").splitlines() if line)
