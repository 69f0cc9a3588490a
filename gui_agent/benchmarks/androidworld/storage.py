"""The shared storage before a task: emptied, and filled with files whose names look like the one that matters."""

from __future__ import annotations

import shlex
import string
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from device_farm.device import Device
from gui_agent.benchmarks.basics.phone.common import SDCARD, run

NOISE_MAX: Final = 20
_FIRST_DAY: Final = date(2023, 1, 1)
_DAYS: Final = 287
_MARKS: Final = ("backup", "copy", "final", "edited")
_ADJECTIVES: Final = ("amber", "brisk", "calm", "dapper", "eager", "frosty", "golden", "hollow", "ivory", "jolly")
_NOUNS: Final = ("anchor", "beetle", "cactus", "dolphin", "ember", "falcon", "glacier", "harbor", "island", "juniper")


async def empty_storage(device: Device) -> None:
    """Deletes every file of the shared storage and leaves the folders, as AndroidWorld does before its file tasks."""
    await run(device, f"find {SDCARD} -mindepth 1 -type f -delete")
    await run(device, "content delete --uri content://media/external/downloads")


async def put_text(device: Device, folder: str, name: str, text: str) -> None:
    path = f"{folder}/{name}"
    await run(device, f"mkdir -p {shlex.quote(folder)} && echo {shlex.quote(text)} > {shlex.quote(path)}")


async def put_noise(device: Device, folder: str, names: Sequence[str], rng: Random, *, like: str) -> None:
    """1 to NOISE_MAX files with varied names; some are variants of `like`, none has its name."""
    made: set[str] = set()
    count = rng.randint(1, NOISE_MAX)
    while len(made) < count:
        made.add(varied_name(rng.choice(names) if rng.random() < 0.85 else like, rng))
    for name in sorted(made - {like}):
        await put_text(device, folder, name, "".join(rng.choices(string.ascii_letters, k=20)))


def varied_name(name: str, rng: Random) -> str:
    """`name` with a date, four letters or a word before or behind its stem."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    match rng.randrange(3):
        case 0:
            mark = f"{_FIRST_DAY + timedelta(days=rng.randrange(_DAYS)):%Y_%m_%d}"
        case 1:
            mark = "".join(rng.choices(string.ascii_letters + string.digits, k=4))
        case _:
            mark = rng.choice(_MARKS)
    return (f"{mark}_{stem}" if rng.random() < 0.5 else f"{stem}_{mark}") + dot + ending


def random_name(rng: Random) -> str:
    """A varied name without an ending."""
    return varied_name(f"{rng.choice(_ADJECTIVES)}_{rng.choice(_NOUNS)}", rng)
