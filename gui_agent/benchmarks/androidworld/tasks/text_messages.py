"""Text messages before and after a task: an empty box, messages that came in, contacts, and what was sent."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.tasks.system import TopActivityOf
from gui_agent.benchmarks.androidworld.texts import same_text
from gui_agent.benchmarks.basics.phone.common import run
from verifier.rules.base import guest_output, shown
from verifier.rules.content import query_content

PACKAGE: Final = "com.simplemobiletools.smsmessenger"
DATABASE: Final = "/data/data/com.android.providers.telephony/databases/mmssms.db"
RECENT_S: Final = 300
"""A message counts as sent in the task when it is at most this old."""

MESSENGER_IN_FRONT: Final = TopActivityOf(package=PACKAGE)
_COLUMNS: Final = ("address", "date", "body")
_RAW_CONTACTS: Final = "content://com.android.contacts/raw_contacts"
_DATA: Final = "content://com.android.contacts/data"
_MIME: Final = "vnd.android.cursor.item"


@dataclass(frozen=True, slots=True)
class NumberParam:
    """A phone number with its country code."""

    @property
    def range_text(self) -> str:
        return "a + and 8 to 15 digits"

    def sample(self, rng: Random) -> JsonValue:
        return phone_number(rng)

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, str) and re.fullmatch(r"\+\d{8,15}", value) is not None


def phone_number(rng: Random) -> str:
    return "+1" + "".join(rng.choices("0123456789", k=10))


async def empty_messages(device: Device) -> None:
    """The benchmark's date, radio on, no messages and no announcements of any."""
    await set_clock(device)
    await run(device, "cmd connectivity airplane-mode disable")
    await run(device, f"sqlite3 {DATABASE} 'DELETE FROM sms; DELETE FROM threads;'")


async def receive(device: Device, number: str, text: str) -> None:
    """A message comes in."""
    await _insert_message(device, "inbox", number, text)


async def send(device: Device, number: str, text: str) -> None:
    """A message that was sent before the task."""
    await _insert_message(device, "sent", number, text)


async def _insert_message(device: Device, box: str, number: str, text: str) -> None:
    bound = " ".join(f"--bind {shlex.quote(each)}" for each in (f"address:s:{number}", f"body:s:{text}"))
    await run(device, f"content insert --uri content://sms/{box} {bound}")


async def put_contact(device: Device, name: str, number: str) -> None:
    """Adds a contact with one number.

    Raises:
        VerifierError: the provider did not say which contact it made.
    """
    await run(device, f"content insert --uri {_RAW_CONTACTS} --bind account_type:n: --bind account_name:n:")
    listed = await guest_output(device, f"content query --uri {_RAW_CONTACTS} --projection _id")
    ids = [int(number) for number in re.findall(r"_id=(\d+)", listed)]
    if not ids:
        raise VerifierError(f"no raw contact was made: {listed[:120]!r}")
    for mime, value in (("name", name), ("phone_v2", number)):
        bound = (f"raw_contact_id:i:{max(ids)}", f"mimetype:s:{_MIME}/{mime}", f"data1:s:{value}", "data2:s:2")
        # data2 is a name's given part and a number's kind; only the number needs it.
        given = bound if mime == "phone_v2" else bound[:3]
        await run(device, f"content insert --uri {_DATA} " + " ".join(f"--bind {shlex.quote(each)}" for each in given))


async def delete_contacts(device: Device) -> None:
    await run(device, f"content delete --uri {_RAW_CONTACTS}")


async def sent_messages(device: Device) -> list[tuple[str, str, int]]:
    """Number without blanks and dashes, text and time in ms of every sent message, the newest first."""
    rows = await query_content(device, "content://sms/sent", _COLUMNS)
    return [(re.sub(r"[- ]", "", row["address"]), row["body"], int(row["date"])) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """A message like `text` went to `number` in the last five minutes of the phone's clock."""

    number: str
    text: str

    async def check(self, device: Device) -> Evidence:
        sent = await sent_messages(device)
        now_ms = int(await guest_output(device, "date +%s")) * 1000
        holds = any(
            number == self.number and same_text(text, self.text) and now_ms - at_ms <= RECENT_S * 1000
            for number, text, at_ms in sent
        )
        return Evidence(
            probe="messages sent",
            observed=shown(sent),
            expected=f"to {self.number} within {RECENT_S} s: {self.text}",
            holds=holds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSentAgain:
    """One message more than the `before` was sent, and the newest is like it, to the same number."""

    number: str
    text: str
    before: int = 1

    async def check(self, device: Device) -> Evidence:
        sent = await sent_messages(device)
        newest = sent[0] if sent else ("", "", 0)
        return Evidence(
            probe="messages sent",
            observed=shown(sent),
            expected=f"{self.before + 1}, the newest to {self.number}: {self.text}",
            holds=len(sent) == self.before + 1 and newest[0] == self.number and same_text(newest[1], self.text),
        )
