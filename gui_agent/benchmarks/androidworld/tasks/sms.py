"""Simple SMS Messenger: send, reply, pass on, send again. Decided by the provider's sent messages."""

from __future__ import annotations

import shlex
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.tasks.note_files import SENTENCES, WordsParam
from gui_agent.benchmarks.androidworld.tasks.system import CLIPPER
from gui_agent.benchmarks.androidworld.tasks.text_hand import (
    last_received,
    last_sent,
    open_conversation,
    open_messenger,
    open_newest,
    paste_and_send,
    send_text,
    start_conversation,
    start_with_contact,
)
from gui_agent.benchmarks.androidworld.tasks.text_messages import (
    MESSENGER_IN_FRONT,
    MessageSent,
    MessageSentAgain,
    NumberParam,
    delete_contacts,
    empty_messages,
    phone_number,
    put_contact,
    receive,
    send,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import run, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import back
from verifier.rules.base import judge

_FIRST: Final = ("Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tamara", "Umberto")
_LAST: Final = ("Karlsson", "Lindgren", "Moreau", "Novak", "Okafor", "Petrov", "Rossi", "Sato")
_ADDRESSES: Final = (
    "17 Harbor Road, Portland, ME 04101",
    "2200 Lake View Blvd, Madison, WI 53703",
    "5 Mill Lane, Ithaca NY 14850",
    "880 Canyon St, Boise, ID 83702",
    "41 Old Bridge Way, Salem OR 97301",
)
_AGAIN: Final = "That message did not come through, what did you write?"
_PEOPLE: Final = TextParam(tuple(f"{first} {last}" for first in _FIRST for last in _LAST))


def _two_names(rng: Random) -> tuple[str, str]:
    first, last = rng.sample(_FIRST, 2), rng.sample(_LAST, 2)
    return f"{first[0]} {last[0]}", f"{first[1]} {last[1]}"


class _Sms(TaskTemplate):
    """`number` and `message` say what has to have been sent in the end."""

    tags: ClassVar[tuple[str, ...]] = ("simple sms messenger",)
    params = {"number": NumberParam(), "message": WordsParam()}
    max_steps = 12

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_messages(device)
        await self.fill(device, task, Random(f"box/{task.seed}"))

    async def fill(self, device: Device, task: Task, rng: Random) -> None:
        """Messages and contacts that are there at the beginning."""

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        sent = MessageSent(number=text_param(task.params, "number"), text=text_param(task.params, "message"))
        return await judge(device, sent, MESSENGER_IN_FRONT)


class SimpleSmsSend(_Sms):
    name = "SimpleSmsSend"
    goal = "Write a text message to {number} in Simple SMS Messenger that says: {message}"

    def expert(self, task: Task) -> Script:
        yield from open_messenger()
        yield from start_conversation(text_param(task.params, "number"))
        yield from send_text(text_param(task.params, "message"))


class SimpleSmsReplyMostRecent(_Sms):
    name = "SimpleSmsReplyMostRecent"
    goal = "In Simple SMS Messenger, answer the text message that came in last with: {message}"

    async def fill(self, device: Device, task: Task, rng: Random) -> None:
        others = [sentence for sentence in SENTENCES if sentence != task.params["message"]]
        for _ in range(rng.randint(0, 5)):
            await receive(device, phone_number(rng), rng.choice(others))
        await receive(device, text_param(task.params, "number"), rng.choice(others))

    def expert(self, task: Task) -> Script:
        yield from open_messenger()
        yield from open_newest()
        yield from send_text(text_param(task.params, "message"))


class SimpleSmsReply(_Sms):
    name = "SimpleSmsReply"
    goal = "Answer {number} in Simple SMS Messenger with this message: {message}"

    async def fill(self, device: Device, task: Task, rng: Random) -> None:
        numbers = [phone_number(rng) for _ in range(rng.randint(1, 5))]
        numbers.insert(rng.randint(0, len(numbers)), text_param(task.params, "number"))
        for number in numbers:
            await receive(device, number, rng.choice(SENTENCES))

    def expert(self, task: Task) -> Script:
        yield from open_conversation(text_param(task.params, "number"))
        yield from send_text(text_param(task.params, "message"))


class SimpleSmsSendClipboardContent(_Sms):
    name = "SimpleSmsSendClipboardContent"
    goal = "Send {number} in Simple SMS Messenger what is on the clipboard."
    tags = ("simple sms messenger", "clipper")

    async def fill(self, device: Device, task: Task, rng: Random) -> None:
        await put_on_clipboard(device, text_param(task.params, "message"))

    def expert(self, task: Task) -> Script:
        yield from open_messenger()
        yield from start_conversation(text_param(task.params, "number"))
        yield from paste_and_send()


class SimpleSmsSendReceivedAddress(_Sms):
    name = "SimpleSmsSendReceivedAddress"
    goal = "In Simple SMS Messenger, send {name1} the address of the event that {name2} has just sent me."
    params = {"name1": _PEOPLE, "number": NumberParam(), "name2": _PEOPLE, "message": WordsParam()}
    max_steps = 18

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        one, two = _two_names(rng)
        return {"name1": one, "number": phone_number(rng), "name2": two, "message": rng.choice(_ADDRESSES)}

    async def fill(self, device: Device, task: Task, rng: Random) -> None:
        sender = phone_number(rng)
        await delete_contacts(device)
        await put_contact(device, text_param(task.params, "name1"), text_param(task.params, "number"))
        await put_contact(device, text_param(task.params, "name2"), sender)
        await receive(device, sender, text_param(task.params, "message"))

    def expert(self, task: Task) -> Script:
        yield from open_conversation(text_param(task.params, "name2"))
        address = yield from last_received()
        # The keyboard goes first, then the conversation.
        yield from back()
        yield from back()
        yield from start_with_contact(text_param(task.params, "name1"))
        yield from send_text(address)


class SimpleSmsResend(_Sms):
    name = "SimpleSmsResend"
    goal = "Send {name} the message again that I sent them last in Simple SMS Messenger."
    params = {"name": _PEOPLE, "number": NumberParam(), "message": ChoiceParam(SENTENCES)}

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"name": _two_names(rng)[0], "number": phone_number(rng), "message": rng.choice(SENTENCES)}

    async def fill(self, device: Device, task: Task, rng: Random) -> None:
        number = text_param(task.params, "number")
        await delete_contacts(device)
        await put_contact(device, text_param(task.params, "name"), number)
        await send(device, number, text_param(task.params, "message"))
        await receive(device, number, _AGAIN)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        number, message = text_param(task.params, "number"), text_param(task.params, "message")
        return await judge(device, MessageSentAgain(number=number, text=message))

    def expert(self, task: Task) -> Script:
        yield from open_conversation(text_param(task.params, "name"))
        message = yield from last_sent()
        yield from send_text(message)


async def put_on_clipboard(device: Device, text: str) -> None:
    """Through the Clipper app, which has to be in front for it."""
    await run(device, f"am start -W -n {CLIPPER}/{CLIPPER}.Main")
    await run(device, f"am broadcast -a clipper.set -e text {shlex.quote(text)}")
    await run(device, "input keyevent KEYCODE_HOME")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    SimpleSmsSend(),
    SimpleSmsReplyMostRecent(),
    SimpleSmsReply(),
    SimpleSmsSendClipboardContent(),
    SimpleSmsSendReceivedAddress(),
    SimpleSmsResend(),
)
