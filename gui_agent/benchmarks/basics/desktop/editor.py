"""The text editor (Mousepad): write, extend, replace. Decided by the saved files."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.types.action import PressKey, TypeText
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.desktop.common import (
    MAX_STEPS,
    choose_path,
    home,
    open_path,
    put_document,
    start,
    wait_window,
)
from gui_agent.benchmarks.params import TextParam
from verifier.rules.base import judge
from verifier.rules.files import FileEquals

NAME = TextParam(("agenda.txt", "recipe.txt", "quotes.txt", "inventory.txt", "draft.txt"), 24)
LINE = TextParam(
    (
        "Meeting moved to Thursday, 14:30",
        "Order 25 m of cable & two clamps",
        "Größe: 42 < 43",
        "Ask Zoë about the café receipts",
        "rm -rf is not a plan",
    )
)


class DesktopWriteFile(TaskTemplate):
    name = "DesktopWriteFile"
    platform = "desktop"
    max_steps = MAX_STEPS
    goal = "With the text editor, create the file {name} in the Documents folder with the text: {text}"
    params = {"name": NAME, "text": LINE}
    tags = ("editor", "text")
    complexity = 2

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{await home(device)}/Documents/{task.params['name']}"
        return await judge(device, FileEquals(path=path, expected=str(task.params["text"])))

    def expert(self, task: Task) -> Script:
        yield from start("Mousepad", "Mousepad")
        yield TypeText(text=str(task.params["text"]))
        yield PressKey(key="s", modifiers=("ctrl",))
        yield from choose_path(f"/home/user/Documents/{task.params['name']}", "Save")
        yield from wait_window(str(task.params["name"]))


class DesktopExtendFile(TaskTemplate):
    name = "DesktopExtendFile"
    platform = "desktop"
    max_steps = MAX_STEPS
    goal = "Add the line “{text}” at the end of Documents/{name}, with the text editor."
    params = {"name": NAME, "text": LINE}
    tags = ("editor", "text")
    complexity = 3
    _before = "First line\nSecond line"

    async def set_up(self, device: Device, task: Task) -> None:
        await put_document(device, str(task.params["name"]), self._before.encode())

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{await home(device)}/Documents/{task.params['name']}"
        return await judge(device, FileEquals(path=path, expected=f"{self._before}\n{task.params['text']}"))

    def expert(self, task: Task) -> Script:
        name = str(task.params["name"])
        yield from start("Mousepad", "Mousepad")
        yield from open_path(f"/home/user/Documents/{name}", name)
        yield PressKey(key="end", modifiers=("ctrl",))
        yield TypeText(text=f"\n{task.params['text']}")
        yield PressKey(key="s", modifiers=("ctrl",))


TEMPLATES: tuple[TaskTemplate, ...] = (DesktopWriteFile(), DesktopExtendFile())
