"""Sets a phone without snapshots back: applications, their data, changed settings and new files.

What it covers is what an agent's episode usually changes. What it cannot undo is said by `RESET_LIMITS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

_SWITCHES = {
    "airplane_mode_on": "cmd connectivity airplane-mode {}",
    "wifi_on": "svc wifi {}",
    "bluetooth_on": "svc bluetooth {}",
    "mobile_data": "svc data {}",
}
"""Global settings that only mirror a radio: the command turns the radio, `settings put` would leave it as it is."""


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
    changed = [key for key in keys if now.get(key) != before.get(key)]
    return [_setting_command(table, key, before.get(key)) for key in changed]


def _setting_command(table: str, key: str, value: str | None) -> str:
    if table == "global" and key in _SWITCHES and value is not None:
        return _SWITCHES[key].format("disable" if value == "0" else "enable")
    if value is None:
        return f"settings delete {table} {quote(key)}"
    return f"settings put {table} {quote(key)} {quote(value)}"


async def take_baseline(client: AdbClient) -> Baseline:
    """Raises GuestError when the phone does not let itself be asked."""
    settings = {table: parse_settings(await client.run(f"settings list {table}")) for table in _TABLES}
    return Baseline(
        packages=parse_packages(await client.run("pm list packages -3")),
        settings=MappingProxyType(settings),
        files=await _files(client),
    )


async def restore(client: AdbClient, baseline: Baseline, *, also_clear: Sequence[str] = ()) -> None:
    """Back to `baseline`, apart from RESET_LIMITS. `also_clear` are further packages whose data is cleared.

    Raises:
        BackendError: the phone refused a step, or an application is gone that cannot be brought back.
    """
    try:
        await client.shell("cmd statusbar collapse; input keyevent KEYCODE_HOME")
        now = parse_packages(await client.run("pm list packages -3"))
        for package in sorted(now - baseline.packages):
            await client.shell(f"pm uninstall {quote(package)}", timeout_s=120)
        for package in sorted(baseline.packages - now):
            await _bring_back(client, package)
        for package in sorted(baseline.packages | set(also_clear)):
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


async def _bring_back(client: AdbClient, package: str) -> None:
    """An application that was uninstalled for this user only, as the launcher does, is still on the phone."""
    result = await client.shell(f"cmd package install-existing {quote(package)}", timeout_s=60)
    if result.exit_code != 0:
        raise BackendError(f"{package} was uninstalled from {client.address}", fix="install it again")


async def _files(client: AdbClient) -> frozenset[str]:
    # Directories that Android guards make `find` exit with 1; what it could read is what can be restored.
    result = await client.shell(f"find {_FILES_ROOT}/ -type f 2>/dev/null", timeout_s=120)
    return frozenset(line for line in result.stdout.decode("utf-8", "surrogateescape").splitlines() if line)
