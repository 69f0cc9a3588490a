"""Goals about what is in front at the end: an application, a form that is filled in and not sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.observation import ObserveRequest
from device_farm.types.trajectory import Evidence
from device_farm.types.ui_tree import UiNode
from verifier.planner.clock_checks import PACKAGE as CLOCK
from verifier.planner.contact_checks import digits_of
from verifier.planner.places import clock_preferences
from verifier.planner.plan import Check, Holds, Kind, Plan
from verifier.planner.wording import TEXT, Values, forms
from verifier.rules.base import shown

APPS: Final = {
    "camera": ("com.android.camera2", "com.google.android.GoogleCamera"),
    "clock": (CLOCK, "com.android.deskclock"),
    "contacts": ("com.google.android.contacts", "com.android.contacts"),
    "settings": ("com.android.settings",),
    "dialer": ("com.google.android.dialer", "com.android.dialer"),
}
"""What goals call an application: the packages that are it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InFront:
    """One of `packages` is in front."""

    packages: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        front = (await device.observe(ObserveRequest(screenshot=False))).foreground.app
        wanted = " or ".join(self.packages)
        return Evidence(
            probe="package in front", observed=front or "none", expected=wanted, holds=front in self.packages
        )


async def _seen(device: Device) -> tuple[str, list[UiNode]]:
    """The package in front and the elements of its screen."""
    observation = await device.observe(ObserveRequest(screenshot=False))
    if observation.ui_tree is None:
        raise VerifierError("the device gave no UI tree")
    return observation.foreground.app, list(observation.ui_tree.walk())


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerEntered:
    """The clock's keypad shows this time, and no timer runs with it."""

    hours: int
    minutes: int
    seconds: int

    async def check(self, device: Device) -> Evidence:
        front, nodes = await _seen(device)
        text = f"{self.hours:02d}h {self.minutes:02d}m {self.seconds:02d}s"
        spoken = f"{self.hours} hours, {self.minutes} minutes, {self.seconds} seconds"
        labels = [label for node in nodes for label in (node.text, node.description) if label]
        return Evidence(
            probe="screen of the clock",
            observed=shown(f"{front}: {' | '.join(labels)}"),
            expected=f"{text} on the keypad",
            holds=front in APPS["clock"] and any(label in (text, spoken) for label in labels),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactForm:
    """The contact editor is in front, and its fields hold these values."""

    first: str
    last: str
    number: str
    label: str

    async def check(self, device: Device) -> Evidence:
        front, nodes = await _seen(device)
        fields = {node.hint: node.text for node in nodes if node.hint and node.text}
        found = (fields.get("First name"), fields.get("Last name"), digits_of(fields.get("Phone", "")))
        wanted = (self.first, self.last, digits_of(self.number))
        labelled = any(label in _labels(self.label) for node in nodes for label in _texts(node))
        return Evidence(
            probe="fields of the contact editor",
            observed=shown(f"{front}: {fields}, labelled {self.label}: {labelled}"),
            expected=f"{' '.join(wanted)}, labelled {self.label}",
            holds=front in APPS["contacts"] and found == wanted and labelled,
        )


def _texts(node: UiNode) -> Iterator[str]:
    """What an element says, the navigation bar's left out: its Home button would pass for a label."""
    if node.app != "com.android.systemui":
        yield from (node.text, node.description)


def _labels(label: str) -> tuple[str, str]:
    return label, f"{label} Phone"


def _shown(check: Check, *more: str) -> Plan:
    return Plan(checks=(check,), allowed=tuple(map(clock_preferences, more)))


def _open(values: Values) -> Plan:
    return _shown(Holds(probe=InFront(packages=APPS[values["app"].lower()])))


def _timer(values: Values) -> Plan | None:
    hours, minutes, seconds = (int(values[name]) for name in ("hours", "minutes", "seconds"))
    if max(minutes, seconds) > 59:
        return None
    return _shown(Holds(probe=TimerEntered(hours=hours, minutes=minutes, seconds=seconds)))


def _form(values: Values) -> Plan:
    form = ContactForm(first=values["first"], last=values["last"], number=values["number"], label=values["label"])
    return _shown(Holds(probe=form))


_phone = partial(Kind, platform="android")
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="open an app",
        forms=forms(
            rf"open the app (?P<app>{'|'.join(APPS)})(?:\. If it asks for permissions, grant all that it needs)?"
        ),
        plan=_open,
    ),
    _phone(
        name="enter a timer",
        forms=forms(
            r"enter a timer of (?P<hours>\d{1,2}) hours, (?P<minutes>\d{1,2}) minutes and (?P<seconds>\d{1,2}) seconds "
            "in the clock, but leave it unstarted"
        ),
        plan=_timer,
    ),
    _phone(
        name="fill in a contact form",
        forms=forms(
            rf"open the form for a new contact and fill in the first name (?P<first>{TEXT}), the last name "
            rf"(?P<last>{TEXT}) and the (?P<label>Home|Work|Mobile) phone number (?P<number>\+?[\d ().-]*\d)\. Leave "
            "the form open and do not save it"
        ),
        plan=_form,
    ),
)
