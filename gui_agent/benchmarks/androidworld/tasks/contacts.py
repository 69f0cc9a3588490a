"""Contacts: a new contact that is saved, and one that is only drafted. Decided by the provider and by the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.observation import ObserveRequest
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import fill
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.texts import same_text
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import hinted, launch, run, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import Match, Plain, scroll_to, tap
from verifier.rules.base import judge, shown
from verifier.rules.content import query_content

_PHONES: Final = "content://contacts/phones/"

FIRST: Final = ("Amelie", "Boris", "Carmen", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jakob")
LAST: Final = ("Almeida", "Bauer", "Castro", "Dupont", "Eriksen", "Fischer", "Greco", "Haddad", "Ito", "Jensen")


def digits(number: str) -> str:
    return re.sub(r"\D", "", number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactHasNumber:
    """The provider lists `name` with a number of the same digits."""

    name: str
    number: str

    async def check(self, device: Device) -> Evidence:
        rows = await query_content(device, _PHONES, ("display_name", "number"))
        listed = [(row["display_name"], digits(row["number"])) for row in rows]
        return Evidence(
            probe="contacts with their numbers",
            observed=shown(listed),
            expected=f"{self.name} {digits(self.number)}",
            holds=(self.name, digits(self.number)) in listed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftShows:
    """The editor's fields, told apart by their hints, hold these values, and the number's label stands by it."""

    first: str
    last: str
    phone: str
    label: str

    async def check(self, device: Device) -> Evidence:
        tree = (await device.observe(ObserveRequest(screenshot=False))).ui_tree
        if tree is None:
            raise VerifierError("the device gave no UI tree")
        nodes = list(tree.walk())
        numbers = [node for node in nodes if node.hint == "Phone" and digits(node.text) == digits(self.phone)]
        found = {
            "first name": any(node.hint == "First name" and same_text(node.text, self.first) for node in nodes),
            "last name": any(node.hint == "Last name" and same_text(node.text, self.last) for node in nodes),
            "phone": bool(numbers),
            "label": any(self._is_label(node, numbers) for node in nodes),
        }
        filled = [(node.hint, node.text) for node in nodes if node.hint and node.text]
        missing = ", ".join(name for name, there in found.items() if not there)
        return Evidence(
            probe="fields of the contact editor",
            observed=shown(f"{filled}; missing: {missing or 'nothing'}"),
            expected=f"{self.first} {self.last} {self.phone} {self.label}",
            holds=all(found.values()),
        )

    def _is_label(self, node: UiNode, numbers: list[UiNode]) -> bool:
        """By its description, or by its place right below the number."""
        if node.text != self.label:
            return False
        below = any(
            number.bounds.bottom <= node.bounds.top <= number.bounds.bottom + number.bounds.height for number in numbers
        )
        return below or node.description == f"{self.label} Phone"


def new_contact(first: str, last: str, number: str) -> Plain:
    """Opens the editor and fills in the name and one number."""
    yield from launch("Contacts")
    yield from tap(description="Create contact")
    for hint, value in (("First name", first), ("Last name", last), ("Phone", number)):
        yield from scroll_to(match=hinted(hint))
        if value:
            yield from fill(hinted(hint), value)


class _Contacts(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("contacts",)
    max_steps = 12


class ContactsAddContact(_Contacts):
    name = "ContactsAddContact"
    goal = "Add {name} to the contacts, with the phone number {number}."
    params = {
        "name": TextParam(tuple(f"{first} {last}" for first in FIRST for last in LAST)),
        "number": TextParam(tuple(f"+1{area}555{line:04d}" for area in (202, 312, 415) for line in range(100, 200))),
    }

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await run(device, "pm clear com.android.providers.contacts")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        probe = ContactHasNumber(name=text_param(task.params, "name"), number=text_param(task.params, "number"))
        return await judge(device, probe)

    def expert(self, task: Task) -> Script:
        first, _, last = text_param(task.params, "name").rpartition(" ")
        yield from new_contact(first or last, last if first else "", text_param(task.params, "number"))
        yield from tap(text="Save")


class ContactsNewContactDraft(_Contacts):
    name = "ContactsNewContactDraft"
    goal = (
        "Open the form for a new contact and fill in the first name {first}, the last name {last} and the "
        "{phone_label} phone number {phone}. Leave the form open and do not save it."
    )
    params = {
        "first": TextParam(FIRST),
        "last": TextParam(LAST),
        "phone": TextParam(tuple(f"{area}-555-{line:04d}" for area in (202, 312, 415) for line in range(100, 200))),
        # Mobile is what a new number starts with.
        "phone_label": ChoiceParam(("Home", "Work")),
    }

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        names = ("first", "last", "phone", "phone_label")
        first, last, phone, label = (text_param(task.params, name) for name in names)
        return await judge(device, DraftShows(first=first, last=last, phone=phone, label=label))

    def expert(self, task: Task) -> Script:
        yield from new_contact(*(text_param(task.params, name) for name in ("first", "last", "phone")))
        yield from tap(description="Mobile Phone")
        # By text alone: the navigation bar's Home button is described as "Home", too.
        label = text_param(task.params, "phone_label")
        yield from tap(Match(where=lambda node: node.text == label))


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (ContactsAddContact(), ContactsNewContactDraft())
