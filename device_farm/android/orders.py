"""Carries out the orders of a plan on a running phone."""

from __future__ import annotations

from typing import assert_never

from device_farm.adb.client import AdbClient, quote
from device_farm.android.apps import LAUNCHABLE_COMMAND, find_app, parse_launchable
from device_farm.android.machine import Driver
from device_farm.android.plan import LaunchApp, Order, PasteText, RunCommand
from device_farm.errors import ActionError, DeadlineError, GuestError

_TIMEOUT_S = 30.0
_LAUNCH_FLAGS = "0x10200000"
"""FLAG_ACTIVITY_NEW_TASK | FLAG_ACTIVITY_RESET_TASK_IF_NEEDED: what a tap on the icon sends."""

_ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"


async def carry_out(orders: tuple[Order, ...], driver: Driver) -> None:
    """Raises ActionError when the phone refuses one; those after it are not sent."""
    for order in orders:
        match order:
            case RunCommand(line=line, extra_s=extra_s):
                await _run(driver.client, line, timeout_s=_TIMEOUT_S + extra_s)
            case PasteText(text=text):
                await _paste(driver, text)
            case LaunchApp(name=name):
                await launch(driver.client, name)
            case _:
                assert_never(order)


async def launch(client: AdbClient, name: str) -> None:
    """Opens the application called `name`. Raises ActionError, naming similar ones, when none is installed."""
    app = find_app(name, parse_launchable(await client.run(LAUNCHABLE_COMMAND)))
    await _run(
        client,
        "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
        f" -f {_LAUNCH_FLAGS} -n {quote(app.component)}",
        timeout_s=_TIMEOUT_S,
    )


async def _run(client: AdbClient, line: str, *, timeout_s: float) -> None:
    result = await client.shell(line, timeout_s=timeout_s)
    said = (result.stderr + result.stdout).decode("utf-8", "replace").strip()
    # `am start` and older `input` exit with 0 whatever happened.
    if result.exit_code != 0 or said.startswith("Error"):
        raise ActionError(f"the phone refused `{line[:120]}`: {said[:300] or f'exit code {result.exit_code}'}")


async def _paste(driver: Driver, text: str) -> None:
    try:
        await driver.hierarchy.paste(text)
    except (GuestError, DeadlineError) as error:
        if not await _type_with_adb_keyboard(driver.client, text):
            raise ActionError(
                f"this phone cannot type {text[:40]!r}: {error.message}",
                field="text",
                fix="install uiautomator2 (pip) on this side or ADBKeyBoard on the phone, or use ASCII",
            ) from error


async def _type_with_adb_keyboard(client: AdbClient, text: str) -> bool:
    """Types with ADBKeyBoard where it is installed; the phone's own keyboard is put back afterwards."""
    installed = (await client.shell("ime list -a -s", timeout_s=_TIMEOUT_S)).stdout.decode("utf-8", "replace")
    if _ADB_KEYBOARD not in installed.split():
        return False
    before = (await client.run("settings get secure default_input_method")).strip()
    try:
        await client.run(f"ime enable {_ADB_KEYBOARD} && ime set {_ADB_KEYBOARD}")
        await client.run(f"am broadcast -a ADB_INPUT_TEXT --es msg {quote(text)}")
    finally:
        await client.shell(f"ime set {quote(before)}", timeout_s=_TIMEOUT_S)
    return True
