"""Notes before and after a task: the notebook emptied and filled, texts to write, and the probe of a note's text."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage, random_name
from gui_agent.benchmarks.androidworld.texts import same_text
from gui_agent.benchmarks.basics.phone.common import SDCARD, run
from verifier.rules.base import shown
from verifier.rules.files import read_text

NOTEBOOK: Final = f"{SDCARD}/Documents/Markor"
SENTENCES: Final = (
    "The plumber comes on Tuesday between eight and ten.",
    "Bring two folding chairs to the garden party.",
    "Passport photos have to be taken before June.",
    "Ask the neighbours about the noise on Friday night.",
    "Return the drill and the long ladder.",
    "It isn't the plan that counts, it's the planning.",
    "Rehearsal starts at 7 PM in the small hall.",
    "The gate code was changed to 4471.",
    "Three eggs, flour and a pinch of salt.",
    "Slow is smooth, smooth is fast!",
    "Train leaves from platform 9 at 08:14.",
    "Water the ferns twice a week.",
)
OTHER_NOTES: Final = (
    "garden_seed_order.md",
    "minutes_of_the_board.md",
    "travel_money_2024.md",
    "quotes_to_remember.md",
    "thesis_outline_draft.md",
    "wedding_guest_list.md",
    "car_service_log.md",
    "running_schedule_may.md",
    "soup_ideas_winter.md",
    "repair_costs_roof.md",
)
_LETTERS: Final = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def letters(rng: Random, count: int) -> str:
    """`count` letters and digits that cannot be taken for each other."""
    return "".join(rng.choices(_LETTERS, k=count))


def note_name(rng: Random) -> str:
    return random_name(rng) + rng.choice((".md", ".txt"))


@dataclass(frozen=True, slots=True)
class WordsParam:
    """Text of up to `max_length` characters, of several lines if need be; empty only where `optional`."""

    max_length: int = 2000
    optional: bool = False

    @property
    def range_text(self) -> str:
        return f"{'at most' if self.optional else '1 to'} {self.max_length} characters"

    def sample(self, rng: Random) -> JsonValue:
        return rng.choice(SENTENCES)

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, str) and (1 - self.optional) <= len(value) <= self.max_length


@dataclass(frozen=True, slots=True)
class NameParam:
    """A file's name."""

    @property
    def range_text(self) -> str:
        return "a file name of 1 to 120 characters"

    def sample(self, rng: Random) -> JsonValue:
        return note_name(rng)

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, str) and 1 <= len(value) <= 120 and "/" not in value and value.isprintable()


@dataclass(frozen=True, slots=True)
class NameListParam:
    """File names."""

    @property
    def range_text(self) -> str:
        return "a list of 1 to 40 file names"

    def sample(self, rng: Random) -> JsonValue:
        return list(OTHER_NOTES)

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, list) and 1 <= len(value) <= 40 and all(isinstance(name, str) for name in value)


def name_list(value: JsonValue) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReads:
    """The note's text, without blanks at both ends, is like `expected`; with `exactly` it is that to the character."""

    path: str
    expected: str
    exactly: bool = False

    async def check(self, device: Device) -> Evidence:
        text = await read_text(device, self.path)
        if text is None:
            holds = False
        elif self.exactly:
            holds = text.replace("\r", "") == self.expected
        else:
            holds = same_text(text.replace("\r", "").strip(), self.expected)
        return Evidence(
            probe=f"text of {self.path}",
            observed="no such file" if text is None else shown(text),
            expected=shown(self.expected),
            holds=holds,
        )


async def empty_notebook(device: Device) -> None:
    """The benchmark's date, no files in the storage, and a notebook without folders."""
    await set_clock(device)
    await empty_storage(device)
    await run(device, f"mkdir -p {NOTEBOOK} && rm -rf {NOTEBOOK}/*")
