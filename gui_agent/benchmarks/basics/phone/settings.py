"""Settings: radios, display, sound, names, a Wi-Fi network, private DNS. Decided by the settings tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import launch, put_setting, run, slide, text_param
from gui_agent.benchmarks.params import ChoiceParam, IntParam, TextParam
from gui_agent.benchmarks.ui import Match, scroll_and_tap, scroll_to, tap, toggle, type_into
from verifier.rules.base import judge
from verifier.rules.files import FileContains
from verifier.rules.settings import SettingEquals, SettingInRange

ON_OFF = ChoiceParam(("on", "off"))
# Android stores which of two reasons keeps Wi-Fi on while airplane mode is off or on; both are "on" (Settings.Global).
_WIFI_ON = ("1", "2")


class PhoneWifi(TaskTemplate):
    name = "PhoneWifi"
    goal = "Turn Wi-Fi {state}."
    params = {"state": ON_OFF}
    tags = ("settings", "network")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await run(device, f"svc wifi {'disable' if task.params['state'] == 'on' else 'enable'}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = _WIFI_ON if task.params["state"] == "on" else ("0",)
        return await judge(device, SettingEquals(namespace="global", key="wifi_on", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Network & internet")
        yield from tap(text="Internet")
        yield from toggle(text="Wi‑Fi", on=task.params["state"] == "on")


class PhoneBluetooth(TaskTemplate):
    name = "PhoneBluetooth"
    goal = "Turn Bluetooth {state}."
    params = {"state": ON_OFF}
    tags = ("settings", "network")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await run(device, f"svc bluetooth {'disable' if task.params['state'] == 'on' else 'enable'}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = "1" if task.params["state"] == "on" else "0"
        return await judge(device, SettingEquals(namespace="global", key="bluetooth_on", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Connected devices")
        yield from scroll_and_tap("Connection preferences")
        yield from tap(text="Bluetooth")
        yield from toggle(text="Use Bluetooth", on=task.params["state"] == "on")


class _SwitchOnPage(TaskTemplate):
    """A switch in a list of switches: a path of titles to its page, its title, its key and its two values."""

    path: ClassVar[tuple[str, ...]]
    switch: ClassVar[str]
    namespace: ClassVar[str]
    key: ClassVar[str]
    values: ClassVar[tuple[str, str]] = ("0", "1")
    params = {"state": ON_OFF}

    def _value(self, on: bool) -> str:
        return self.values[1 if on else 0]

    async def set_up(self, device: Device, task: Task) -> None:
        await put_setting(device, self.namespace, self.key, self._value(task.params["state"] != "on"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = self._value(task.params["state"] == "on")
        return await judge(device, SettingEquals(namespace=self.namespace, key=self.key, expected=expected))  # type: ignore[arg-type]

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        for title in self.path:
            yield from scroll_and_tap(title)
        yield from scroll_to(self.switch)
        yield from toggle(text=self.switch, on=task.params["state"] == "on")


class PhoneAirplaneMode(_SwitchOnPage):
    name = "PhoneAirplaneMode"
    goal = "Turn airplane mode {state}."
    tags = ("settings", "network")
    path = ("Network & internet",)
    switch = "Airplane mode"
    namespace = "global"
    key = "airplane_mode_on"


class PhoneDarkTheme(_SwitchOnPage):
    name = "PhoneDarkTheme"
    goal = "Switch the dark theme {state}."
    tags = ("settings", "display")
    path = ("Display",)
    switch = "Dark theme"
    namespace = "secure"
    key = "ui_night_mode"
    values = ("1", "2")


class PhoneAutoRotate(_SwitchOnPage):
    name = "PhoneAutoRotate"
    goal = "Turn automatic screen rotation {state}."
    tags = ("settings", "display")
    path = ("Display",)
    switch = "Auto‑rotate screen"
    namespace = "system"
    key = "accelerometer_rotation"


class PhoneTwentyFourHourClock(_SwitchOnPage):
    name = "PhoneTwentyFourHourClock"
    goal = "Turn the 24-hour time format {state}."
    tags = ("settings", "system")
    complexity = 2
    path = ("System", "Date & time")
    switch = "Use 24‑hour format"
    namespace = "system"
    key = "time_12_24"
    values = ("12", "24")


class PhoneDoNotDisturb(TaskTemplate):
    name = "PhoneDoNotDisturb"
    goal = "Turn Do Not Disturb {state}."
    params = {"state": ON_OFF}
    tags = ("settings", "sound")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await put_setting(device, "global", "zen_mode", "0" if task.params["state"] == "on" else "1")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        # Priority only, total silence and alarms only are all "on" (Settings.Global.ZEN_MODE).
        expected = ("1", "2", "3") if task.params["state"] == "on" else ("0",)
        return await judge(device, SettingEquals(namespace="global", key="zen_mode", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Sound & vibration")
        yield from scroll_and_tap("Do Not Disturb")
        yield from toggle(Match(resource_id="android:id/switch_widget"), on=task.params["state"] == "on")


class PhoneBrightness(TaskTemplate):
    name = "PhoneBrightness"
    goal = "Set the screen brightness to its {end}."
    params = {"end": ChoiceParam(("maximum", "minimum"))}
    tags = ("settings", "display", "slider")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await put_setting(device, "system", "screen_brightness_mode", "0")
        await put_setting(device, "system", "screen_brightness", "102")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        low, high = (250, 255) if task.params["end"] == "maximum" else (0, 3)
        return await judge(device, SettingInRange(namespace="system", key="screen_brightness", low=low, high=high))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Display")
        yield from tap(text="Brightness level")
        yield from slide(Match(description="Display brightness"), 1.0 if task.params["end"] == "maximum" else 0.0)
        yield from tap(text="Done")


class PhoneMediaVolume(TaskTemplate):
    name = "PhoneMediaVolume"
    goal = "Set the media volume to its {end}."
    params = {"end": ChoiceParam(("maximum", "minimum"))}
    tags = ("settings", "sound", "slider")

    async def set_up(self, device: Device, task: Task) -> None:
        for key in ("volume_music", "volume_music_speaker"):
            await put_setting(device, "system", key, "6")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = "15" if task.params["end"] == "maximum" else "0"
        return await judge(device, SettingEquals(namespace="system", key="volume_music_speaker", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Sound & vibration")
        yield from slide(Match(description="Media volume"), 1.0 if task.params["end"] == "maximum" else 0.0)


_TIMEOUTS = {
    "15 seconds": "15000",
    "30 seconds": "30000",
    "2 minutes": "120000",
    "5 minutes": "300000",
    "10 minutes": "600000",
    "30 minutes": "1800000",
}


class PhoneScreenTimeout(TaskTemplate):
    name = "PhoneScreenTimeout"
    goal = "Let the screen turn off after {timeout} of inactivity."
    params = {"timeout": ChoiceParam(tuple(_TIMEOUTS))}
    tags = ("settings", "display")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        # One minute is no option of the task, so that it is never met from the start.
        await put_setting(device, "system", "screen_off_timeout", "60000")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = _TIMEOUTS[text_param(task.params, "timeout")]
        return await judge(device, SettingEquals(namespace="system", key="screen_off_timeout", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Display")
        yield from scroll_and_tap("Screen timeout")
        yield from tap(text=text_param(task.params, "timeout"))


class PhoneDeviceName(TaskTemplate):
    name = "PhoneDeviceName"
    goal = "Change the name of this phone to “{name}”."
    params = {"name": TextParam(("Kitchen phone", "Nora's phone", "Test rig 7", "Pixel of Sam", "Blue 42"), 32)}
    tags = ("settings", "text")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await put_setting(device, "global", "device_name", "Android phone")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = text_param(task.params, "name")
        return await judge(device, SettingEquals(namespace="global", key="device_name", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("About phone")
        yield from tap(text="Device name")
        yield from type_into(text_param(task.params, "name"), resource_id="android:id/edit")
        yield from tap(text="OK")


class PhonePrivateDns(TaskTemplate):
    name = "PhonePrivateDns"
    goal = "Use {host} as the private DNS provider."
    params = {"host": TextParam(("dns.example.net", "one.example.org", "dot.home.example", "resolver9.example.com"))}
    tags = ("settings", "network", "text")
    complexity = 3

    async def set_up(self, device: Device, task: Task) -> None:
        await put_setting(device, "global", "private_dns_mode", "opportunistic")
        await run(device, "settings delete global private_dns_specifier")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            SettingEquals(namespace="global", key="private_dns_mode", expected="hostname"),
            SettingEquals(namespace="global", key="private_dns_specifier", expected=text_param(task.params, "host")),
        )

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Network & internet")
        yield from scroll_and_tap("Private DNS")
        yield from tap(text="Private DNS provider hostname")
        yield from type_into(text_param(task.params, "host"), resource_id="private_dns_mode_provider_hostname")
        yield from tap(text="Save")


class PhoneJoinWifi(TaskTemplate):
    """The networks in reach are part of the simulated phone's surroundings, so the set-up places one there."""

    name = "PhoneJoinWifi"
    goal = "Connect to the Wi-Fi network “{network}” with the password {word}{number}."
    params = {
        "network": ChoiceParam(("Birch House", "Lobby-5G", "Workshop", "Garden Flat")),
        "word": ChoiceParam(("marble", "thimble", "walnut", "ribbon")),
        "number": IntParam(1000, 9999),
    }
    tags = ("settings", "network", "text", "simulator-only")
    complexity = 3
    max_steps = 20

    def _password(self, params: Mapping[str, JsonValue]) -> str:
        return f"{params['word']}{params['number']}"

    async def set_up(self, device: Device, task: Task) -> None:
        network = {
            "ssid": task.params["network"],
            "security": "wpa2",
            "password": self._password(task.params),
            "level": 4,
            "frequency_mhz": 5180,
        }
        other = {"ssid": "AndroidWifi", "security": "open", "password": "", "level": 3, "frequency_mhz": 2447}
        await run(device, "svc wifi enable")
        await device.push("/data/vendor/simulator/wifi_access_points.json", json.dumps([network, other]).encode())

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        store = "/data/misc/apexdata/com.android.wifi/WifiConfigStore.xml"
        ssid = text_param(task.params, "network")
        return await judge(
            device,
            SettingEquals(namespace="global", key="wifi_on", expected=_WIFI_ON),
            FileContains(path=store, parts=(f'"{ssid}"', f'"{self._password(task.params)}"')),
        )

    def expert(self, task: Task) -> Script:
        yield from launch("Settings")
        yield from scroll_and_tap("Network & internet")
        yield from tap(text="Internet")
        yield from scroll_and_tap(text_param(task.params, "network"))
        yield from type_into(self._password(task.params), resource_id="com.android.settings:id/password")
        yield from tap(text="Connect")


TEMPLATES: tuple[TaskTemplate, ...] = (
    PhoneWifi(),
    PhoneBluetooth(),
    PhoneAirplaneMode(),
    PhoneDarkTheme(),
    PhoneAutoRotate(),
    PhoneTwentyFourHourClock(),
    PhoneDoNotDisturb(),
    PhoneBrightness(),
    PhoneMediaVolume(),
    PhoneScreenTimeout(),
    PhoneDeviceName(),
    PhonePrivateDns(),
    PhoneJoinWifi(),
)
