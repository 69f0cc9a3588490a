"""Settings and launcher: radios, brightness, clipboard, opening an app. Decided by settings, clipboard, activity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from device_farm.device import Device
from device_farm.types.action import Swipe
from device_farm.types.geometry import Point
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.texts import same_text
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import launch, run, slide
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import (
    Match,
    Plain,
    find,
    home,
    long_press,
    scroll_and_tap,
    tap,
    toggle,
    type_text,
    wait_for,
)
from verifier.rules.base import Probe, guest_output, judge, judge_parts, shown
from verifier.rules.settings import SettingEquals

Radio = Literal["wifi", "bluetooth"]
OnOff = Literal["on", "off"]

CLIPPER: Final = "ca.zgrs.clipper"
# Wi-Fi is on in two states: 2 is "on although in airplane mode" (Settings.Global.WIFI_ON).
_WIFI_ON: Final = ("1", "2")
_BROADCAST_DATA: Final = re.compile(r'data="(.*)"', re.DOTALL)
_TOP_ACTIVITY: Final = re.compile(r"visible=true topActivity=ComponentInfo\{([^/}]+)/")

APPS: Final = {
    "camera": ("com.android.camera2", "Camera"),
    "clock": ("com.google.android.deskclock", "Clock"),
    "contacts": ("com.google.android.contacts", "Contacts"),
    "settings": ("com.android.settings", "Settings"),
    "dialer": ("com.google.android.dialer", "Phone"),
}
"""Name in the goal to package and label under the icon."""

_ALLOWING: Final = (
    "permission_allow_button",
    "permission_allow_foreground_only_button",
    "permission_allow_one_time_button",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipboardResembles:
    """The clipboard, read through the Clipper app, is like `expected`."""

    expected: str

    async def check(self, device: Device) -> Evidence:
        await guest_output(device, f"am start -W -n {CLIPPER}/{CLIPPER}.Main")
        said = await guest_output(device, "am broadcast -a clipper.get")
        await guest_output(device, "input keyevent KEYCODE_BACK")
        found = _BROADCAST_DATA.search(said)
        held = found.group(1) if found is not None else ""
        alike = same_text(self.expected, held)
        return Evidence(probe="clipboard", observed=shown(held), expected=f"like {self.expected}", holds=alike)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopActivityOf:
    """The visible task's top activity belongs to `package`."""

    package: str

    async def check(self, device: Device) -> Evidence:
        listed = await guest_output(device, "am stack list")
        found = _TOP_ACTIVITY.search(listed)
        top = found.group(1) if found is not None else ""
        return Evidence(probe="package in front", observed=top, expected=self.package, holds=top == self.package)


def _radio_is(radio: Radio, state: OnOff) -> Probe:
    if radio == "wifi":
        return SettingEquals(namespace="global", key="wifi_on", expected=_WIFI_ON if state == "on" else ("0",))
    return SettingEquals(namespace="global", key="bluetooth_on", expected="1" if state == "on" else "0")


async def _switch(device: Device, radio: Radio, state: OnOff) -> None:
    await run(device, f"svc {radio} {'enable' if state == 'on' else 'disable'}")


def open_wifi_page() -> Plain:
    yield from launch("Settings")
    yield from scroll_and_tap("Network & internet")
    yield from tap(text="Internet")


def open_bluetooth_page() -> Plain:
    yield from launch("Settings")
    yield from scroll_and_tap("Connected devices")
    yield from scroll_and_tap("Connection preferences")
    yield from tap(text="Bluetooth")


def open_quick_settings() -> Plain:
    """Two pulls from the top edge: the shade, then its settings."""
    for _ in range(2):
        observation = yield LOOK
        middle, height = observation.screen.width // 2, observation.screen.height
        yield Swipe(start=Point(middle, 2), end=Point(middle, height * 6 // 10), duration_ms=300)


def _tile(label: str, *, on: bool) -> Plain:
    """Brings a quick settings tile into the wanted state."""
    tile = Match(where=lambda node: node.description.split(",")[0] == label and "checkable" in node.states)
    yield from toggle(tile, on=on)


class _System(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("settings",)
    max_steps = 10

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)


class _RadioTask(_System):
    """Turn `radio` to `state`. `before` is what it stands at when the task begins."""

    radio: ClassVar[Radio]
    state: ClassVar[OnOff]
    before: ClassVar[OnOff]

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await _switch(device, self.radio, self.before)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, _radio_is(self.radio, self.state))

    def expert(self, task: Task) -> Script:
        on = task.params["on_or_off"] == "on"
        if self.radio == "wifi":
            yield from open_wifi_page()
            yield from toggle(text="Wi‑Fi", on=on)
        else:
            yield from open_bluetooth_page()
            yield from toggle(text="Use Bluetooth", on=on)


class SystemWifiTurnOn(_RadioTask):
    name = "SystemWifiTurnOn"
    goal = "Switch Wi-Fi {on_or_off}."
    params = {"on_or_off": ChoiceParam(("on",))}
    radio, state = "wifi", "on"
    before: ClassVar[OnOff] = "off"


class SystemWifiTurnOnVerify(SystemWifiTurnOn):
    name = "SystemWifiTurnOnVerify"
    goal = "Make sure that Wi-Fi is {on_or_off}."
    before: ClassVar[OnOff] = "on"


class SystemWifiTurnOff(_RadioTask):
    name = "SystemWifiTurnOff"
    goal = "Switch Wi-Fi {on_or_off}."
    params = {"on_or_off": ChoiceParam(("off",))}
    radio, state = "wifi", "off"
    before: ClassVar[OnOff] = "on"


class SystemWifiTurnOffVerify(SystemWifiTurnOff):
    name = "SystemWifiTurnOffVerify"
    goal = "Make sure that Wi-Fi is {on_or_off}."
    before: ClassVar[OnOff] = "off"


class SystemBluetoothTurnOn(_RadioTask):
    name = "SystemBluetoothTurnOn"
    goal = "Switch Bluetooth {on_or_off}."
    params = {"on_or_off": ChoiceParam(("on",))}
    radio, state = "bluetooth", "on"
    before: ClassVar[OnOff] = "off"


class SystemBluetoothTurnOnVerify(SystemBluetoothTurnOn):
    name = "SystemBluetoothTurnOnVerify"
    goal = "Make sure that Bluetooth is {on_or_off}."
    before: ClassVar[OnOff] = "on"


class SystemBluetoothTurnOff(_RadioTask):
    name = "SystemBluetoothTurnOff"
    goal = "Switch Bluetooth {on_or_off}."
    params = {"on_or_off": ChoiceParam(("off",))}
    radio, state = "bluetooth", "off"
    before: ClassVar[OnOff] = "on"


class SystemBluetoothTurnOffVerify(SystemBluetoothTurnOff):
    name = "SystemBluetoothTurnOffVerify"
    goal = "Make sure that Bluetooth is {on_or_off}."
    before: ClassVar[OnOff] = "off"


class _BrightnessTask(_System):
    """Brightness to the end of its scale. `before` is the stored value when the task begins."""

    goal = "Set the screen brightness to its {max_or_min} value."
    value: ClassVar[str]
    before: ClassVar[str]

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await run(device, f"settings put system screen_brightness {self.before}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, SettingEquals(namespace="system", key="screen_brightness", expected=self.value))

    def expert(self, task: Task) -> Script:
        yield from open_quick_settings()
        yield from slide(Match(description="Display brightness"), 1.0 if task.params["max_or_min"] == "max" else 0.0)
        yield from home()


class SystemBrightnessMax(_BrightnessTask):
    name = "SystemBrightnessMax"
    params = {"max_or_min": ChoiceParam(("max",))}
    value, before = "255", "1"


class SystemBrightnessMaxVerify(SystemBrightnessMax):
    name = "SystemBrightnessMaxVerify"
    goal = "Make sure that the screen brightness is at its {max_or_min} value."
    before = "255"


class SystemBrightnessMin(_BrightnessTask):
    name = "SystemBrightnessMin"
    params = {"max_or_min": ChoiceParam(("min",))}
    value, before = "1", "255"


class SystemBrightnessMinVerify(SystemBrightnessMin):
    name = "SystemBrightnessMinVerify"
    goal = "Make sure that the screen brightness is at its {max_or_min} value."
    before = "1"


class SystemCopyToClipboard(_System):
    name = "SystemCopyToClipboard"
    goal = "Put this text on the clipboard: {clipboard_content}"
    params = {
        "clipboard_content": TextParam(
            (
                "17 Harbour Lane, Portsmouth",
                "Basil & Thyme, Unit 4",
                "mira.kowalski@example.org",
                "Otto's Bicycle Repair",
                "Ring me on 555-0142",
                "Booking no: QX7731",
                "Table for: Ingrid",
                "Voucher: SPRING15",
                "Parcel #: 4L902C8D",
                "Invoice #40417",
            )
        )
    }
    tags = ("clipper",)

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await run(device, f"am start -W -n {CLIPPER}/{CLIPPER}.Main")
        await run(device, "am broadcast -a clipper.set -e text '~~~RESET~~~'")
        await run(device, "input keyevent KEYCODE_HOME")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, ClipboardResembles(expected=str(task.params["clipboard_content"])))

    def expert(self, task: Task) -> Script:
        """The launcher's search field is the nearest place to type something in."""
        field = Match(role="EditText")
        yield from home()
        yield from tap(description="Search")
        yield from wait_for(field)
        yield from type_text(str(task.params["clipboard_content"]))
        yield from long_press(field)
        yield from tap(text="Select all")
        yield from tap(text="Copy")


def allow_everything() -> Plain:
    """Grants whatever the app asks for, and says so to each question."""
    while True:
        observation = yield LOOK
        asked = [find(observation, Match(resource_id=name)) for name in _ALLOWING]
        button = next((node for node in asked if node is not None), None)
        if button is None:
            return
        yield from tap(Match(resource_id=button.resource_id))


def _app_of(task: Task) -> tuple[str, str]:
    return APPS[str(task.params["app_name"])]


class OpenAppTaskEval(_System):
    name = "OpenAppTaskEval"
    goal = "Open the app {app_name}. If it asks for permissions, grant all that it needs."
    params = {"app_name": ChoiceParam(tuple(APPS))}
    tags = tuple(APPS)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, TopActivityOf(package=_app_of(task)[0]))

    def expert(self, task: Task) -> Script:
        yield from launch(_app_of(task)[1])
        yield from allow_everything()


class TurnOnWifiAndOpenApp(_System):
    name = "TurnOnWifiAndOpenApp"
    goal = "Switch Wi-Fi on, and after that open the app {app_name}."
    params = {"app_name": ChoiceParam(tuple(APPS))}
    evaluator = "parts"
    complexity = 2
    max_steps = 20

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await _switch(device, "wifi", "off")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge_parts(device, _radio_is("wifi", "on"), TopActivityOf(package=_app_of(task)[0]))

    def expert(self, task: Task) -> Script:
        yield from open_wifi_page()
        yield from toggle(text="Wi‑Fi", on=True)
        yield from launch(_app_of(task)[1])
        yield from allow_everything()


class TurnOffWifiAndTurnOnBluetooth(_System):
    name = "TurnOffWifiAndTurnOnBluetooth"
    goal = "Switch Wi-Fi off and then Bluetooth on."
    evaluator = "parts"
    complexity = 2
    max_steps = 20

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await _switch(device, "wifi", "on")
        await _switch(device, "bluetooth", "off")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge_parts(device, _radio_is("wifi", "off"), _radio_is("bluetooth", "on"))

    def expert(self, task: Task) -> Script:
        yield from open_quick_settings()
        yield from _tile("Internet", on=False)
        yield from _tile("Bluetooth", on=True)
        yield from home()


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    OpenAppTaskEval(),
    SystemBluetoothTurnOff(),
    SystemBluetoothTurnOffVerify(),
    SystemBluetoothTurnOn(),
    SystemBluetoothTurnOnVerify(),
    SystemBrightnessMax(),
    SystemBrightnessMaxVerify(),
    SystemBrightnessMin(),
    SystemBrightnessMinVerify(),
    SystemCopyToClipboard(),
    SystemWifiTurnOff(),
    SystemWifiTurnOffVerify(),
    SystemWifiTurnOn(),
    SystemWifiTurnOnVerify(),
    TurnOffWifiAndTurnOnBluetooth(),
    TurnOnWifiAndOpenApp(),
)
