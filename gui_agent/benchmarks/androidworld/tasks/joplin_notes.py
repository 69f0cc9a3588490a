"""The notes that a Joplin task begins with: the ones it is about, among many others, drawn from its parameters."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.types.task import Task
from gui_agent.benchmarks.androidworld.setting import START, generator_of
from gui_agent.benchmarks.androidworld.tables import literal
from gui_agent.benchmarks.basics.phone.common import run

PACKAGE: Final = "net.cozic.joplin"
DATABASE: Final = f"/data/data/{PACKAGE}/databases/joplin.sqlite"
FOLDERS: Final = (
    *("Recipes", "Tasks", "Meeting Notes", "Personal", "Work", "School"),
    *("Home", "Projects", "Ideas", "Health", "Travel", "Finance"),
)
NOISE: Final = 100
_YESTERDAY_MS: Final = int((START.timestamp() - 86_400) * 1000)

_SUBJECTS: Final = (
    *("Garden", "Bathroom", "Marathon", "Tax", "Piano", "Bicycle", "Thesis", "Kitchen", "Insurance", "Summer camp"),
    *("Language", "Podcast", "Balcony", "Tennis", "Server", "Curtain", "Photo album", "Car", "Library", "Birthday"),
)
_KINDS: Final = ("plan", "checklist", "costs", "questions", "diary", "sketch", "contacts", "timeline", "review")
_SENTENCES: Final = (
    "Compare three offers before the end of the month.",
    "The old version is in the blue folder.",
    "Ask Noor whether she still has the receipts.",
    "Everything on one page, please.",
    "Numbers are from last year and need checking.",
    "Parking is behind the building.",
    "Second floor, ring twice.",
    "Keep this until spring.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    folder: str
    title: str
    body: str
    is_todo: bool = False


def with_noise(task: Task, wanted: Sequence[NoteRow], excluded: Callable[[NoteRow], bool]) -> list[NoteRow]:
    """`wanted` among `NOISE` other notes, none of which `excluded` holds for; the same for the same task."""
    rng = generator_of(task)
    rows: list[NoteRow] = list(wanted)
    while len(rows) < NOISE + len(wanted):
        row = NoteRow(
            folder=rng.choice(FOLDERS),
            title=f"{rng.choice(_SUBJECTS)} {rng.choice(_KINDS)}",
            body=" ".join(rng.sample(_SENTENCES, rng.randint(1, 3))),
            is_todo=rng.random() < 0.5,
        )
        if not excluded(row):
            rows.append(row)
    rng.shuffle(rows)
    return rows


async def put_notes(device: Device, rows: Sequence[NoteRow], rng: Random) -> None:
    """Joplin holds exactly `rows` and the notebooks that they lie in, and will read them anew.

    Raises:
        GuestError: a command failed.
    """
    folders = {name: f"{rng.getrandbits(128):032x}" for name in dict.fromkeys(row.folder for row in rows)}
    statements = [f"DELETE FROM {table}" for table in ("folders", "notes", "notes_normalized")]
    for name, folder_id in folders.items():
        statements.append(
            "INSERT INTO folders (id, title, created_time, updated_time, user_created_time, user_updated_time)"
            f" VALUES ({literal(folder_id)}, {literal(name)}, {', '.join([str(_YESTERDAY_MS)] * 4)})"
        )
    for row in rows:
        values = (f"{rng.getrandbits(128):032x}", folders[row.folder], row.title, row.body)
        listed = ", ".join((*map(literal, values), str(int(row.is_todo)), *[str(_YESTERDAY_MS)] * 2))
        statements.append(
            "INSERT INTO notes (id, parent_id, title, body, is_todo, created_time, updated_time, user_created_time,"
            f" user_updated_time) VALUES ({listed}, {_YESTERDAY_MS}, {_YESTERDAY_MS})"
        )
    statements.append(
        "INSERT INTO notes_normalized (id, parent_id, title, body, is_todo, user_created_time, user_updated_time)"
        " SELECT id, parent_id, lower(title), body, is_todo, user_created_time, user_updated_time FROM notes"
    )
    script = "BEGIN; " + "; ".join(statements) + "; COMMIT;"
    await run(device, f"am force-stop {PACKAGE}")
    await run(device, f"sqlite3 {DATABASE} {shlex.quote(script)}")
