"""Markor: write notes, from the goal, the clipboard and other notes. Decided by the files of the notebook."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.screens import start_app
from gui_agent.benchmarks.androidworld.storage import put_text
from gui_agent.benchmarks.androidworld.tasks.note_files import (
    NOTEBOOK,
    NameParam,
    NoteReads,
    WordsParam,
    empty_notebook,
    letters,
    note_name,
)
from gui_agent.benchmarks.androidworld.tasks.note_hand import (
    EDITOR,
    leave,
    new_file,
    open_row,
    save,
    shown_text,
    write,
)
from gui_agent.benchmarks.androidworld.tasks.sms import put_on_clipboard
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.ui import long_press, tap
from verifier.rules.base import judge, shown
from verifier.rules.files import read_text


class NewNote(TaskTemplate):
    """`file_name` has to say `text` in the end."""

    tags: ClassVar[tuple[str, ...]] = ("markor",)
    params = {"file_name": NameParam(), "text": WordsParam()}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['file_name']}"
        return await judge(device, NoteReads(path=path, expected=text_param(task.params, "text")))


class MarkorCreateNote(NewNote):
    name = "MarkorCreateNote"
    goal = "Make a new Markor note called {file_name} that says: {text}"
    max_steps = 16

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from write(text_param(task.params, "text"))
        yield from save()


class MarkorCreateNoteFromClipboard(TaskTemplate):
    name = "MarkorCreateNoteFromClipboard"
    goal = "Make a Markor note called {file_name}, paste what is on the clipboard into it, and save it."
    params = {"file_name": NameParam(), "file_content": WordsParam()}
    tags = ("markor", "clipper")
    max_steps = 14

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": note_name(rng), "file_content": letters(rng, 10)}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)
        await put_on_clipboard(device, text_param(task.params, "file_content"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['file_name']}"
        return await judge(device, NoteReads(path=path, expected=text_param(task.params, "file_content")))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from long_press(resource_id=EDITOR)
        yield from tap(text="Paste")
        yield from save()


class MarkorMergeNotes(TaskTemplate):
    name = "MarkorMergeNotes"
    goal = (
        "Put what the Markor notes {file1_name}, {file2_name} and {file3_name} say, in this order, into a new Markor "
        "note called {new_file_name}, with an empty line between one and the next, and save it."
    )
    params = {
        "file1_name": NameParam(),
        "file2_name": NameParam(),
        "file3_name": NameParam(),
        "new_file_name": NameParam(),
        "file1_content": WordsParam(),
        "file2_content": WordsParam(),
        "file3_content": WordsParam(),
    }
    tags = ("markor",)
    complexity = 5
    max_steps = 78

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        names: list[str] = []
        while len(set(names)) < 3:
            names = [note_name(rng) for _ in range(3)]
        values: dict[str, JsonValue] = {"new_file_name": letters(rng, 8)}
        for place, name in enumerate(names, 1):
            values |= {f"file{place}_name": name, f"file{place}_content": letters(rng, 20)}
        return values

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)
        for place in (1, 2, 3):
            name, content = (text_param(task.params, f"file{place}_{part}") for part in ("name", "content"))
            await put_text(device, NOTEBOOK, name, content)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['new_file_name']}"
        expected = "\n\n".join(text_param(task.params, f"file{place}_content") for place in (1, 2, 3)) + "\n"
        lines = ((await read_text(device, path)) or "").replace("\r", "").strip().split("\n")
        spaced = Evidence(
            probe=f"lines of {path}",
            observed=shown(lines),
            expected="five, the second and the fourth of them empty",
            holds=len(lines) == 5 and not lines[1] and not lines[3],
        )
        return await judge(device, NoteReads(path=path, expected=expected), also=(spaced,))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        texts: list[str] = []
        for place in (1, 2, 3):
            yield from open_row(text_param(task.params, f"file{place}_name"))
            text = yield from shown_text()
            texts.append(text.strip())
            yield from leave()
        yield from new_file(text_param(task.params, "new_file_name"))
        yield from write("\n\n".join(texts))
        yield from save()


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    MarkorCreateNote(),
    MarkorCreateNoteFromClipboard(),
    MarkorMergeNotes(),
)
