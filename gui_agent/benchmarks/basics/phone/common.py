"""What the phone templates share: set-up commands, the way from the home screen into an application."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from device_farm.device import Device
from device_farm.errors import GuestError
from device_farm.types.action import Click, Swipe, SystemButton
from device_farm.types.geometry import Point, Rect
from device_farm.types.task import JsonValue
from gui_agent.benchmarks.base import LOOK
from gui_agent.benchmarks.ui import Match, Plain, find, scroll_to, wait_for

SDCARD = "/storage/emulated/0"


async def run(device: Device, command: str) -> str:
    """What a set-up command prints. Raises GuestError where it fails: a task on half a set-up says nothing."""
    result = await device.shell(command)
    if result.exit_code != 0:
        said = (result.stderr or result.stdout).decode("utf-8", "replace").strip()
        raise GuestError(f"set-up command {command!r} exited with {result.exit_code}: {said[:500]}")
    return result.stdout.decode("utf-8", "replace").rstrip("\n")


async def put_setting(device: Device, namespace: str, key: str, value: str) -> None:
    await run(device, f"settings put {namespace} {key} {shlex.quote(value)}")


async def put_file(device: Device, path: str, text: str) -> None:
    await run(device, f"mkdir -p {shlex.quote(path.rpartition('/')[0])}")
    await device.push(path, text.encode())


def text_param(params: Mapping[str, JsonValue], name: str) -> str:
    return str(params[name])


def launch(label: str) -> Plain:
    """Opens an application as a person does: from the home screen, else from the drawer below it."""
    yield SystemButton(button="home")
    yield from tap_icon(label)


def tap_icon(label: str) -> Plain:
    """From the home screen: the application's icon there, else in the drawer below."""
    observation = yield LOOK
    icon = Match(text=label, state="clickable")
    node = find(observation, icon)
    if node is None:
        # From just above the dock to the upper third: the whole way up opens the drawer.
        width, height = observation.screen.width, observation.screen.height
        yield Swipe(start=Point(width // 2, height * 8 // 10), end=Point(width // 2, height * 3 // 10), duration_ms=300)
        node = yield from scroll_to(match=icon)
    yield Click(at=node.bounds.center)


def hinted(hint: str) -> Match:
    """The text field that shows `hint` while it is empty."""
    return Match(where=lambda node: node.hint == hint)


def slide(match: Match, share: float) -> Plain:
    """Puts a slider's thumb at `share` (0 to 1) of its track by tapping there."""
    node = yield from wait_for(match)
    box: Rect = node.bounds
    inset = 4
    yield Click(at=Point(box.left + inset + round(share * (box.width - 2 * inset - 1)), box.center.y))
