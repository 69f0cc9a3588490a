"""Contacts: add, change, delete, mark as favourite, look up. Decided by the contacts provider's rows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from device_farm.device import Device
from device_farm.errors import GuestError
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import hinted, launch, run, text_param
from gui_agent.benchmarks.params import IntParam, TextParam
from gui_agent.benchmarks.ui import ExpertStuck, Match, answer, scroll_and_tap, tap, type_into, visible_nodes, wait_for
from verifier.rules.answer import AnswerContains
from verifier.rules.base import judge
from verifier.rules.content import ContentRow

_PROVIDER = "content://com.android.contacts"
_NAME = "vnd.android.cursor.item/name"
_PHONE = "vnd.android.cursor.item/phone_v2"
_TYPE_MOBILE = 2

FIRST = TextParam(("Wilma", "Oscar", "Tamsin", "Jonas", "Beatriz", "Quentin", "Svenja", "Malik"), 20)
LAST = TextParam(("Abernathy", "Blomqvist", "Czerny", "Dunmore", "Ekström", "Fairweather", "Grünwald", "Holm"), 20)
# 555-01xx is reserved for fiction in the North American plan; the last two digits vary.
NUMBER = IntParam(2025550100, 2025550199)


async def add_contact(device: Device, name: str, number: str) -> None:
    """A contact with one mobile number, through the provider as another application would."""
    await run(device, f"content insert --uri {_PROVIDER}/raw_contacts --bind account_type:s: --bind account_name:s:")
    listed = await run(device, f"content query --uri {_PROVIDER}/raw_contacts --projection _id")
    ids = [int(number) for number in re.findall(r"\b_id=(\d+)", listed)]
    if not ids:
        raise GuestError(f"no raw contact after inserting one: {listed[:200]!r}")
    for kind, value, more in ((_NAME, name, ""), (_PHONE, number, f" --bind data2:i:{_TYPE_MOBILE}")):
        await run(
            device,
            f"content insert --uri {_PROVIDER}/data --bind raw_contact_id:i:{max(ids)} --bind mimetype:s:{kind} "
            f"--bind data1:s:{shlex.quote(value)}{more}",
        )


def _full(params: Mapping[str, JsonValue]) -> str:
    return f"{params['first']} {params['last']}"


def _phone_row(name: str, number: str, *, absent: bool = False) -> ContentRow:
    return ContentRow(uri=f"{_PROVIDER}/data/phones", expected={"display_name": name, "data1": number}, absent=absent)


class PhoneAddContact(TaskTemplate):
    name = "PhoneAddContact"
    goal = "Add {first} {last} to the contacts, with the mobile number {number}."
    params = {"first": FIRST, "last": LAST, "number": NUMBER}
    tags = ("contacts", "text", "form")
    complexity = 3
    max_steps = 20

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, _phone_row(_full(task.params), text_param(task.params, "number")))

    def expert(self, task: Task) -> Script:
        yield from launch("Contacts")
        yield from tap(description="Create contact")
        for label, value in (("First name", "first"), ("Last name", "last"), ("Phone", "number")):
            yield from type_into(text_param(task.params, value), hinted(label))
        yield from tap(text="Save")


class PhoneChangeNumber(TaskTemplate):
    name = "PhoneChangeNumber"
    goal = "{first} {last} has a new phone number: {number}. Replace the old one in the contacts."
    params = {
        "first": FIRST,
        "last": LAST,
        "old": IntParam(2025550100, 2025550149),
        "number": IntParam(2025550150, 2025550199),
    }
    tags = ("contacts", "text", "form")
    complexity = 3
    max_steps = 20

    async def set_up(self, device: Device, task: Task) -> None:
        await add_contact(device, _full(task.params), text_param(task.params, "old"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        name = _full(task.params)
        return await judge(
            device,
            _phone_row(name, text_param(task.params, "number")),
            _phone_row(name, text_param(task.params, "old"), absent=True),
        )

    def expert(self, task: Task) -> Script:
        yield from launch("Contacts")
        yield from scroll_and_tap(_full(task.params))
        yield from tap(description="Edit contact")
        yield from type_into(text_param(task.params, "number"), Match(text=text_param(task.params, "old")))
        yield from tap(text="Save")


class PhoneDeleteContact(TaskTemplate):
    name = "PhoneDeleteContact"
    goal = "Delete {first} {last} from the contacts."
    params = {"first": FIRST, "last": LAST, "number": NUMBER}
    tags = ("contacts", "dialog")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await add_contact(device, _full(task.params), text_param(task.params, "number"))
        await add_contact(device, "Aaron Remains", "2025550111")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        uri = f"{_PROVIDER}/contacts"
        return await judge(
            device,
            ContentRow(uri=uri, expected={"display_name": _full(task.params)}, absent=True),
            ContentRow(uri=uri, expected={"display_name": "Aaron Remains"}),
        )

    def expert(self, task: Task) -> Script:
        yield from launch("Contacts")
        yield from scroll_and_tap(_full(task.params))
        yield from tap(description="More options")
        yield from tap(text="Delete")
        yield from tap(Match(text="Delete", role="Button"))


class PhoneStarContact(TaskTemplate):
    name = "PhoneStarContact"
    goal = "Mark {first} {last} as a favourite contact."
    params = {"first": FIRST, "last": LAST, "number": NUMBER}
    tags = ("contacts",)
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await add_contact(device, _full(task.params), text_param(task.params, "number"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        row = {"display_name": _full(task.params), "starred": "1"}
        return await judge(device, ContentRow(uri=f"{_PROVIDER}/contacts", expected=row))

    def expert(self, task: Task) -> Script:
        yield from launch("Contacts")
        yield from scroll_and_tap(_full(task.params))
        yield from tap(description="Add to favorites")


class PhoneFindNumber(TaskTemplate):
    name = "PhoneFindNumber"
    goal = "What is the phone number of {first} {last}? Answer with the digits only."
    params = {"first": FIRST, "last": LAST, "number": NUMBER}
    tags = ("contacts", "information-retrieval")
    evaluator = "answer"
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await add_contact(device, _full(task.params), text_param(task.params, "number"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        digits = None if answer is None else re.sub(r"(?<=\d)[\s().-]+(?=\d)", "", answer.replace("(", ""))
        return await judge(device, AnswerContains(answer=digits, expected=text_param(task.params, "number")))

    def expert(self, task: Task) -> Script:
        yield from launch("Contacts")
        yield from scroll_and_tap(_full(task.params))
        yield from wait_for(Match(text="Contact info"))
        observation = yield LOOK
        for node in visible_nodes(observation):
            digits = re.sub(r"\D", "", node.text)
            if len(digits) >= 10:
                yield from answer(digits[-10:])
                return
        raise ExpertStuck("no phone number on the contact's page")


TEMPLATES: tuple[TaskTemplate, ...] = (
    PhoneAddContact(),
    PhoneChangeNumber(),
    PhoneDeleteContact(),
    PhoneStarContact(),
    PhoneFindNumber(),
)
