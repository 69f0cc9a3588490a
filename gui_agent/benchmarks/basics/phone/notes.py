"""Notes (Markor): write, extend, rename, delete, folders, moving. Decided by the files on the shared storage."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, launch, put_file, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import Match, long_press, scroll_and_tap, scroll_to, tap, type_into
from verifier.rules.base import judge
from verifier.rules.files import DirectoryHolds, FileAbsent, FileEquals

NOTEBOOK = f"{SDCARD}/Documents/Markor"
NAME = TextParam(("packing_list", "garden_plan", "q3_ideas", "bike_repair", "meeting_0417", "books_2read"), 24)
BODY = TextParam(
    (
        "Call the plumber before noon",
        "Three eggs, flour & 200 ml milk",
        "Gate code is 4471; ring twice",
        "Ask Mira about the projector",
        "Train leaves 08:14, platform 9",
    )
)
FOLDER = TextParam(("Recipes", "Work", "Travel 2027", "Archive", "Ideas"), 24)
_EDITOR = "document__fragment__edit__highlighting_editor"


class PhoneWriteNote(TaskTemplate):
    name = "PhoneWriteNote"
    goal = "Create a note called {name}.md in Markor with the text: {text}"
    params = {"name": NAME, "text": BODY}
    tags = ("notes", "text")
    complexity = 3

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['name']}.md"
        return await judge(device, FileEquals(path=path, expected=text_param(task.params, "text")))

    def expert(self, task: Task) -> Script:
        yield from launch("Markor")
        yield from tap(description="Create a new file or folder")
        yield from type_into(text_param(task.params, "name"), resource_id="new_file_dialog__name")
        yield from tap(text="OK")
        yield from type_into(text_param(task.params, "text"), resource_id=_EDITOR)
        yield from tap(description="Save")


class PhoneExtendNote(TaskTemplate):
    name = "PhoneExtendNote"
    goal = "Add the line “{text}” at the end of the note {name}.md in Markor."
    params = {"name": NAME, "text": BODY}
    tags = ("notes", "text")
    complexity = 3
    _before = "First things first\nSecond thoughts"

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{NOTEBOOK}/{task.params['name']}.md", self._before)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['name']}.md"
        return await judge(device, FileEquals(path=path, expected=f"{self._before}\n{task.params['text']}"))

    def expert(self, task: Task) -> Script:
        yield from launch("Markor")
        yield from scroll_and_tap(f"{task.params['name']}.md")
        # A tap below the last line puts the cursor behind the text.
        yield from type_into(f"\n{task.params['text']}", resource_id=_EDITOR, clear=False)
        yield from tap(description="Save")


class PhoneRenameNote(TaskTemplate):
    name = "PhoneRenameNote"
    goal = "Rename the note {name}.md in Markor to {new}.md."
    params = {"name": NAME, "new": TextParam(("final_version", "shared_notes", "to_print", "draft_two"), 24)}
    tags = ("notes", "dialog", "text")
    complexity = 3

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{NOTEBOOK}/{task.params['name']}.md", "Keep this text.\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            FileAbsent(path=f"{NOTEBOOK}/{task.params['name']}.md"),
            FileEquals(path=f"{NOTEBOOK}/{task.params['new']}.md", expected="Keep this text."),
        )

    def expert(self, task: Task) -> Script:
        name = f"{task.params['name']}.md"
        yield from launch("Markor")
        yield from scroll_to(name)
        yield from long_press(text=name)
        yield from tap(description="Rename")
        yield from type_into(f"{task.params['new']}.md", Match(role="EditText"))
        yield from tap(text="OK")


class PhoneDeleteNote(TaskTemplate):
    name = "PhoneDeleteNote"
    goal = "Delete the note {name}.md in Markor, and nothing else."
    params = {"name": NAME}
    tags = ("notes", "dialog")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{NOTEBOOK}/{task.params['name']}.md", "No longer needed.\n")
        await put_file(device, f"{NOTEBOOK}/keep_me.md", "Still needed.\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            FileAbsent(path=f"{NOTEBOOK}/{task.params['name']}.md"),
            FileEquals(path=f"{NOTEBOOK}/keep_me.md", expected="Still needed."),
        )

    def expert(self, task: Task) -> Script:
        name = f"{task.params['name']}.md"
        yield from launch("Markor")
        yield from scroll_to(name)
        yield from long_press(text=name)
        yield from tap(description="Delete")
        yield from tap(text="OK")


class PhoneNoteFolder(TaskTemplate):
    name = "PhoneNoteFolder"
    goal = "Create a folder called {folder} in Markor."
    params = {"folder": FOLDER}
    tags = ("notes", "dialog", "text")
    complexity = 2

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        # An empty folder: a note of that name would not list as one.
        path = f"{NOTEBOOK}/{task.params['folder']}"
        return await judge(device, DirectoryHolds(path=f"{path}/.", expected=frozenset(), exactly=True))

    def expert(self, task: Task) -> Script:
        yield from launch("Markor")
        yield from tap(description="Create a new file or folder")
        yield from type_into(text_param(task.params, "folder"), resource_id="new_file_dialog__name")
        yield from tap(text="FOLDER")


class PhoneMoveNote(TaskTemplate):
    name = "PhoneMoveNote"
    goal = "Move the note {name}.md in Markor into the folder {folder}."
    params = {"name": NAME, "folder": ChoiceParam(("Recipes", "Work", "Archive"))}
    tags = ("notes", "dialog")
    complexity = 4
    max_steps = 20

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{NOTEBOOK}/{task.params['name']}.md", "To be filed.\n")
        await put_file(device, f"{NOTEBOOK}/{task.params['folder']}/index.md", "Index\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        name = f"{task.params['name']}.md"
        return await judge(
            device,
            FileAbsent(path=f"{NOTEBOOK}/{name}"),
            FileEquals(path=f"{NOTEBOOK}/{task.params['folder']}/{name}", expected="To be filed."),
        )

    def expert(self, task: Task) -> Script:
        name = f"{task.params['name']}.md"
        yield from launch("Markor")
        yield from scroll_to(name)
        yield from long_press(text=name)
        yield from tap(description="More options")
        yield from tap(text="Move")
        yield from scroll_and_tap(text_param(task.params, "folder"))
        yield from tap(text="SELECT THIS FOLDER")


TEMPLATES: tuple[TaskTemplate, ...] = (
    PhoneWriteNote(),
    PhoneExtendNote(),
    PhoneRenameNote(),
    PhoneDeleteNote(),
    PhoneNoteFolder(),
    PhoneMoveNote(),
)
