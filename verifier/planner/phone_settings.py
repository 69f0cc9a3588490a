"""Goals about a phone's settings: radios, display, sound, names, networks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from verifier.planner.allowed import Allowed
from verifier.planner.places import WIFI_NETWORKS, setting
from verifier.planner.plan import Holds, Kind, Plan
from verifier.planner.wifi_check import Joined
from verifier.planner.wording import Values, forms
from verifier.rules.settings import SettingEquals, SettingInRange

Namespace = Literal["system", "secure", "global"]
_ON_OFF = r"(?P<state>on|off)"
_WIFI_ON = ("1", "2")
"""Settings.Global.WIFI_ON: on, and on in spite of airplane mode; 3 is off because of it."""
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_MAX_MEDIA_VOLUME = "15"
"""Steps of AudioManager.STREAM_MUSIC, AOSP's config_audio_music_vol_steps as this phone and the emulator have it."""
_BRIGHTNESS_ENDS = {"max": (250.0, 255.0), "min": (0.0, 3.0)}
"""A finger leaves a slider a little before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Switch:
    """A switch: what people call it, where it is stored, and what it may take with it."""

    name: str
    called: str
    namespace: Namespace
    key: str
    on: tuple[str, ...] = ("1",)
    off: tuple[str, ...] = ("0",)
    with_on: tuple[Allowed, ...] = ()
    with_off: tuple[Allowed, ...] = ()

    def plan(self, values: Values) -> Plan:
        on = values["state"].lower() == "on"
        probe = SettingEquals(namespace=self.namespace, key=self.key, expected=self.on if on else self.off)
        also = self.with_on if on else self.with_off
        return Plan(checks=(Holds(probe=probe),), allowed=(setting(self.namespace, self.key), *also))

    def kind(self) -> Kind:
        return Kind(
            name=self.name,
            platform="android",
            forms=forms(
                rf"(?:(?:turn|switch|set) )?(?:the )?(?:{self.called}) (?:to )?{_ON_OFF}",
                rf"(?:turn|switch) {_ON_OFF} (?:the )?(?:{self.called})",
                rf"make sure (?:that )?(?:the )?(?:{self.called}) is (?:turned |switched )?{_ON_OFF}",
            ),
            plan=self.plan,
        )


_NIGHT = (setting("secure", "ui_night_mode_(?:last_computed|override_on|override_off)"),)
_ZEN = (setting("global", "zen_mode_.*"), setting("secure", "zen_settings_.*"))
_SWITCHES = (
    _Switch(name="wifi", called="wi[-‑]?fi", namespace="global", key="wifi_on", on=_WIFI_ON),
    _Switch(name="bluetooth", called="bluetooth", namespace="global", key="bluetooth_on"),
    _Switch(
        name="airplane mode",
        called="a(?:ir|ero)plane mode|flight mode",
        namespace="global",
        key="airplane_mode_on",
        # Android itself turns the radios off with it and on again, and notes why.
        with_on=(setting("global", "wifi_on", "3"), setting("global", "bluetooth_on", "2")),
        with_off=(setting("global", "wifi_on", "1"), setting("global", "bluetooth_on", "1")),
    ),
    _Switch(
        name="dark theme",
        called="dark (?:theme|mode)",
        namespace="secure",
        key="ui_night_mode",
        on=("2",),
        off=("1",),
        with_on=_NIGHT,
        with_off=_NIGHT,
    ),
    _Switch(
        name="auto-rotate",
        called="auto(?:matic)?[- ](?:screen )?rotat(?:e|ion)|automatic screen rotation",
        namespace="system",
        key="accelerometer_rotation",
        with_on=(setting("system", "user_rotation"),),
        with_off=(setting("system", "user_rotation"),),
    ),
    _Switch(
        name="24-hour clock",
        called="24[- ]hour (?:time )?(?:format|clock)",
        namespace="system",
        key="time_12_24",
        on=("24",),
        off=("12",),
    ),
    _Switch(
        name="do not disturb",
        called="do not disturb",
        namespace="global",
        key="zen_mode",
        # Priority only, total silence, alarms only (Settings.Global.ZEN_MODE).
        on=("1", "2", "3"),
        with_on=_ZEN,
        with_off=_ZEN,
    ),
)


def _end(values: Values) -> str:
    return values["end"].lower()[:3]


def _brightness(values: Values) -> Plan:
    low, high = _BRIGHTNESS_ENDS[_end(values)]
    probe = SettingInRange(namespace="system", key="screen_brightness", low=low, high=high)
    return Plan(
        checks=(Holds(probe=probe),),
        allowed=(setting("system", "screen_brightness"), setting("system", "screen_brightness_float")),
    )


def _media_volume(values: Values) -> Plan:
    expected = _MAX_MEDIA_VOLUME if _end(values) == "max" else "0"
    probe = SettingEquals(namespace="system", key="volume_music_speaker", expected=expected)
    return Plan(checks=(Holds(probe=probe),), allowed=(setting("system", "volume_music(?:_speaker)?"),))


def _stored(namespace: Namespace, key: str, expected: str, *also: Allowed, more: tuple[Holds, ...] = ()) -> Plan:
    probe = SettingEquals(namespace=namespace, key=key, expected=expected)
    return Plan(checks=(Holds(probe=probe), *more), allowed=(setting(namespace, key), *also))


def _screen_timeout(values: Values) -> Plan:
    length_ms = int(values["count"]) * _SECONDS[values["unit"].lower()] * 1000
    return _stored("system", "screen_off_timeout", str(length_ms))


def _device_name(values: Values) -> Plan:
    return _stored("global", "device_name", values["name"], setting("secure", "bluetooth_name", values["name"]))


def _private_dns(values: Values) -> Plan:
    host = SettingEquals(namespace="global", key="private_dns_specifier", expected=values["host"])
    also = setting("global", "private_dns_specifier")
    return _stored("global", "private_dns_mode", "hostname", also, more=(Holds(probe=host),))


def _join(values: Values) -> Plan:
    on = SettingEquals(namespace="global", key="wifi_on", expected=_WIFI_ON)
    joined = Joined(network=values["network"], password=values["password"])
    allowed = (WIFI_NETWORKS, setting("global", "wifi_on", *_WIFI_ON))
    return Plan(checks=(Holds(probe=on), joined), allowed=allowed)


_phone = partial(Kind, platform="android")
_LEVEL = r"(?P<end>max(?:imum)?|min(?:imum)?)(?: value)?"
KINDS: tuple[Kind, ...] = (
    *(switch.kind() for switch in _SWITCHES),
    _phone(
        name="brightness",
        forms=forms(
            rf"(?:set|turn) (?:the )?(?:screen )?brightness to (?:its|the) {_LEVEL}",
            rf"make sure (?:that )?(?:the )?(?:screen )?brightness is (?:at|set to) (?:its|the) {_LEVEL}",
        ),
        plan=_brightness,
    ),
    _phone(name="media volume", forms=forms(rf"set the media volume to its {_LEVEL}"), plan=_media_volume),
    _phone(
        name="screen timeout",
        forms=forms(r"let the screen turn off after (?P<count>\d{1,4}) (?P<unit>second|minute|hour)s? of inactivity"),
        plan=_screen_timeout,
    ),
    _phone(name="device name", forms=forms(r"change the name of this phone to “(?P<name>.+?)”"), plan=_device_name),
    _phone(name="private DNS", forms=forms(r"use (?P<host>\S+?) as the private DNS provider"), plan=_private_dns),
    _phone(
        name="join Wi-Fi",
        forms=forms(r"connect to the wi-fi network “(?P<network>.+?)” with the password (?P<password>\S*?[^\s.])"),
        plan=_join,
    ),
)
