"""Markor: move, make, edit, rename and delete notes. Decided by the files of the notebook."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.screens import start_app
from gui_agent.benchmarks.androidworld.storage import put_noise, put_text
from gui_agent.benchmarks.androidworld.tasks.note_files import (
    NOTEBOOK,
    OTHER_NOTES,
    SENTENCES,
    NameListParam,
    NameParam,
    NoteReads,
    WordsParam,
    empty_notebook,
    letters,
    name_list,
    note_name,
)
from gui_agent.benchmarks.androidworld.tasks.note_hand import (
    hold_row,
    leave,
    new_folder,
    open_row,
    rename_row,
    rewrite,
    save,
    shown_text,
    write_before,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import run, text_param
from gui_agent.benchmarks.params import ChoiceParam
from gui_agent.benchmarks.ui import scroll_and_tap, tap
from verifier.rules.base import judge
from verifier.rules.files import FileAbsent, FileExists

_FOLDERS: Final = (
    "Archive2022",
    "BandPractice",
    "ClientLetters",
    "DreamDiary",
    "FieldTrips",
    "HouseRules",
    "LabResults",
    "PoemDrafts",
    "ShoppingNotes",
    "TeamRetros",
)


class MarkorTask(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("markor",)

    async def noise(self, device: Device, task: Task, like: str, folder: str = NOTEBOOK) -> None:
        """Other notes, some of them named much like the one that matters."""
        await put_noise(device, folder, OTHER_NOTES, Random(f"noise/{task.seed}"), like=like)


class MarkorMoveNote(MarkorTask):
    name = "MarkorMoveNote"
    goal = "Move the Markor note {file_name} out of the folder {source_folder} and into {destination_folder}."
    params = {
        "file_name": NameParam(),
        "source_folder": NameParam(),
        "destination_folder": NameParam(),
        "noise_candidates": NameListParam(),
    }
    complexity = 2
    max_steps = 14

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        source, destination = rng.sample(_FOLDERS, 2)
        return {
            "file_name": note_name(rng),
            "source_folder": source,
            "destination_folder": destination,
            "noise_candidates": list(OTHER_NOTES),
        }

    async def set_up(self, device: Device, task: Task) -> None:
        name, source = text_param(task.params, "file_name"), text_param(task.params, "source_folder")
        await empty_notebook(device)
        noise = name_list(task.params["noise_candidates"])
        await put_noise(device, f"{NOTEBOOK}/{source}", noise, Random(f"noise/{task.seed}"), like=name)
        await put_text(device, f"{NOTEBOOK}/{source}", name, "To be put elsewhere")
        await run(device, f"mkdir -p {NOTEBOOK}/{task.params['destination_folder']}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        name = task.params["file_name"]
        return await judge(
            device,
            FileAbsent(path=f"{NOTEBOOK}/{task.params['source_folder']}/{name}"),
            FileExists(path=f"{NOTEBOOK}/{task.params['destination_folder']}/{name}"),
        )

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from open_row(text_param(task.params, "source_folder"))
        yield from hold_row(text_param(task.params, "file_name"))
        yield from tap(description="More options")
        yield from tap(text="Move")
        yield from scroll_and_tap(text_param(task.params, "destination_folder"))
        yield from tap(text="SELECT THIS FOLDER")


class MarkorCreateFolder(MarkorTask):
    name = "MarkorCreateFolder"
    goal = "Make a folder called {folder_name} in Markor."
    params = {"folder_name": NameParam()}
    max_steps = 10

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"folder_name": f"folder_{rng.randrange(20230101, 20231015)}_{rng.randrange(100000, 240000)}"}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)
        await self.noise(device, task, "file")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, FileExists(path=f"{NOTEBOOK}/{task.params['folder_name']}"))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from new_folder(text_param(task.params, "folder_name"))


class MarkorEditNote(MarkorTask):
    """Of the three texts only the one that `edit_type` names counts."""

    name = "MarkorEditNote"
    goal = ""
    params = {
        "file_name": NameParam(),
        "edit_type": ChoiceParam(("header", "footer", "replace")),
        "header": WordsParam(optional=True),
        "footer": WordsParam(optional=True),
        "replace_text": WordsParam(optional=True),
    }
    max_steps = 12
    _goals: ClassVar = {
        "header": "In Markor, open {file_name} and put this at the top of the note: {header}",
        "footer": "In Markor, open {file_name} and put this at the bottom of the note: {footer}",
        "replace": "In Markor, open {file_name} and replace its whole text by: {replace_text}",
    }

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        kind = rng.choice(("header", "footer", "replace"))
        return {
            "file_name": f"note_{letters(rng, 5)}{rng.choice(('.md', '.txt'))}",
            "edit_type": kind,
            "header": rng.choice(SENTENCES) if kind == "header" else "",
            "footer": rng.choice(SENTENCES) if kind == "footer" else "",
            "replace_text": "\n".join(rng.sample(SENTENCES, 3)) if kind == "replace" else "",
        }

    def goal_text(self, params: dict[str, JsonValue]) -> str:  # type: ignore[override]
        return self._goals[str(params["edit_type"])].format(**params)

    def _before(self, task: Task) -> str:
        return Random(f"before/{task.seed}").choice(SENTENCES)

    async def set_up(self, device: Device, task: Task) -> None:
        name = text_param(task.params, "file_name")
        await empty_notebook(device)
        await self.noise(device, task, name)
        await put_text(device, NOTEBOOK, name, self._before(task))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before, params = self._before(task), task.params
        expected = {
            "header": f"{params['header']}\n{before}",
            "footer": f"{before}\n{params['footer']}",
            "replace": str(params["replace_text"]),
        }[str(params["edit_type"])]
        path = f"{NOTEBOOK}/{params['file_name']}"
        return await judge(device, NoteReads(path=path, expected=expected))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from open_row(text_param(task.params, "file_name"))
        match task.params["edit_type"]:
            case "header":
                yield from write_before(text_param(task.params, "header") + "\n")
            case "footer":
                text = yield from shown_text()
                yield from rewrite(f"{text.rstrip()}\n{task.params['footer']}")
            case _:
                yield from rewrite(text_param(task.params, "replace_text"))
        yield from save()


class MarkorChangeNoteContent(MarkorTask):
    name = "MarkorChangeNoteContent"
    goal = 'In Markor, make "{updated_content}" the content of {original_name} and rename the note to {new_name}.'
    params = {"original_name": NameParam(), "new_name": NameParam(), "updated_content": WordsParam()}
    max_steps = 12

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"original_name": note_name(rng), "new_name": note_name(rng), "updated_content": letters(rng, 20)}

    async def set_up(self, device: Device, task: Task) -> None:
        name = text_param(task.params, "original_name")
        await empty_notebook(device)
        await put_text(device, NOTEBOOK, name, letters(Random(f"before/{task.seed}"), 20))
        await self.noise(device, task, name)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['new_name']}"
        return await judge(
            device,
            FileAbsent(path=f"{NOTEBOOK}/{task.params['original_name']}"),
            NoteReads(path=path, expected=text_param(task.params, "updated_content")),
        )

    def expert(self, task: Task) -> Script:
        old = text_param(task.params, "original_name")
        yield from start_app("Markor")
        yield from open_row(old)
        yield from rewrite(text_param(task.params, "updated_content"))
        yield from leave()
        yield from rename_row(old, text_param(task.params, "new_name"))


class MarkorAddNoteHeader(MarkorTask):
    name = "MarkorAddNoteHeader"
    goal = (
        'Put the text "{header}" and an empty line before what the Markor note {original_name} says now, and rename '
        "the note to {new_name}."
    )
    params = {
        "original_name": NameParam(),
        "original_content": WordsParam(),
        "new_name": NameParam(),
        "header": WordsParam(),
    }
    max_steps = 12

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {
            "original_name": note_name(rng),
            "original_content": rng.choice(SENTENCES),
            "new_name": note_name(rng),
            "header": letters(rng, 20),
        }

    async def set_up(self, device: Device, task: Task) -> None:
        name = text_param(task.params, "original_name")
        await empty_notebook(device)
        await put_text(device, NOTEBOOK, name, text_param(task.params, "original_content"))
        await self.noise(device, task, name)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = f"{task.params['header']}\n\n{task.params['original_content']}\n"
        path = f"{NOTEBOOK}/{task.params['new_name']}"
        return await judge(
            device,
            FileAbsent(path=f"{NOTEBOOK}/{task.params['original_name']}"),
            NoteReads(path=path, expected=expected, exactly=True),
        )

    def expert(self, task: Task) -> Script:
        old = text_param(task.params, "original_name")
        yield from start_app("Markor")
        yield from open_row(old)
        yield from write_before(f"{task.params['header']}\n\n")
        yield from leave()
        yield from rename_row(old, text_param(task.params, "new_name"))


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    MarkorMoveNote(),
    MarkorCreateFolder(),
    MarkorEditNote(),
    MarkorChangeNoteContent(),
    MarkorAddNoteHeader(),
)
