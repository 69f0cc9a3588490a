"""The file manager (Thunar): folders, renaming, deleting. Decided by the folder itself."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.types.action import PressKey, TypeText
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.desktop.common import (
    MAX_STEPS,
    START_TRIES,
    go_to,
    home,
    put_document,
    select,
    start,
    wait_closed,
    wait_window,
)
from gui_agent.benchmarks.params import TextParam
from gui_agent.benchmarks.ui import Match, tap
from verifier.rules.base import judge
from verifier.rules.files import DirectoryHolds, FileAbsent, FileEquals

NAME = TextParam(("report_old.txt", "scan_07.txt", "minutes.txt", "parts_list.txt"), 24)


class _InDocuments(TaskTemplate):
    """A task in the Documents folder, where two files lie."""

    platform = "desktop"
    max_steps = MAX_STEPS
    params = {"name": NAME}
    tags = ("files",)
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await put_document(device, str(task.params["name"]), b"Contents\n")
        await put_document(device, "untouched.txt", b"Untouched\n")

    def _open(self) -> Script:
        yield from start("Thunar File Manager", "Thunar")
        yield from go_to("/home/user/Documents")


class DesktopNewFolder(_InDocuments):
    name = "DesktopNewFolder"
    goal = "Create a folder called {folder} in the Documents folder, with the file manager."
    params = {"folder": TextParam(("Clients", "Old versions", "2027", "To print"), 24)}

    async def set_up(self, device: Device, task: Task) -> None:
        await put_document(device, "untouched.txt", b"Untouched\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{await home(device)}/Documents/{task.params['folder']}/."
        return await judge(device, DirectoryHolds(path=path, expected=frozenset(), exactly=True))

    def expert(self, task: Task) -> Script:
        yield from self._open()
        yield PressKey(key="n", modifiers=("ctrl", "shift"))
        yield from wait_window("Create New Folder")
        yield PressKey(key="a", modifiers=("ctrl",))
        yield TypeText(text=f"{task.params['folder']}\n")
        yield from wait_closed("Create New Folder")


class DesktopRenameFile(_InDocuments):
    name = "DesktopRenameFile"
    goal = "Rename Documents/{name} to {new} with the file manager."
    params = {"name": NAME, "new": TextParam(("done.txt", "archive_2.txt", "for_anna.txt", "v2.txt"), 24)}

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        folder = f"{await home(device)}/Documents"
        return await judge(
            device,
            FileAbsent(path=f"{folder}/{task.params['name']}"),
            FileEquals(path=f"{folder}/{task.params['new']}", expected="Contents"),
        )

    def expert(self, task: Task) -> Script:
        yield from self._open()
        yield from select(str(task.params["name"]))
        yield PressKey(key="f2")
        yield from wait_window("Rename")
        yield PressKey(key="a", modifiers=("ctrl",))
        yield TypeText(text=f"{task.params['new']}\n")
        yield from wait_closed("Rename")


class DesktopDeleteFile(_InDocuments):
    name = "DesktopDeleteFile"
    goal = "Delete Documents/{name} for good with the file manager, and nothing else."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        folder = f"{await home(device)}/Documents"
        return await judge(
            device,
            FileAbsent(path=f"{folder}/{task.params['name']}"),
            FileEquals(path=f"{folder}/untouched.txt", expected="Untouched"),
        )

    def expert(self, task: Task) -> Script:
        yield from self._open()
        yield from select(str(task.params["name"]))
        yield PressKey(key="delete", modifiers=("shift",))
        yield from tap(Match(text="Delete", role="push button"), tries=START_TRIES)


TEMPLATES: tuple[TaskTemplate, ...] = (DesktopNewFolder(), DesktopRenameFile(), DesktopDeleteFile())
