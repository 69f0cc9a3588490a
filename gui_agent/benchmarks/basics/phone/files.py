"""Files: folders, renaming, deleting, moving on the shared storage. Decided by the storage itself."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, launch, put_file, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import Match, Plain, long_press, scroll_and_tap, scroll_to, tap, type_into
from verifier.rules.base import judge
from verifier.rules.files import DirectoryHolds, FileAbsent, FileEquals

DOWNLOADS = f"{SDCARD}/Download"
DOCUMENT = TextParam(("invoice_2291.txt", "boarding.txt", "lease_scan.txt", "survey_results.txt", "menu.txt"), 24)


def _select(name: str) -> Plain:
    """Opens Files, which starts in Downloads, and selects one entry."""
    yield from launch("Files")
    yield from scroll_to(name)
    yield from long_press(text=name)


class PhoneNewFolder(TaskTemplate):
    name = "PhoneNewFolder"
    goal = "Create a folder called {folder} in the Downloads folder."
    params = {"folder": TextParam(("Receipts", "Tickets", "Scans May", "Invoices", "To sort"), 24)}
    tags = ("files", "dialog", "text")
    complexity = 2

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{DOWNLOADS}/{task.params['folder']}"
        return await judge(device, DirectoryHolds(path=f"{path}/.", expected=frozenset(), exactly=True))

    def expert(self, task: Task) -> Script:
        yield from launch("Files")
        yield from tap(description="More options")
        yield from tap(text="New folder")
        yield from type_into(text_param(task.params, "folder"), Match(role="EditText"))
        yield from tap(text="OK")


class PhoneRenameFile(TaskTemplate):
    name = "PhoneRenameFile"
    goal = "Rename the file {file} in Downloads to {new}."
    params = {"file": DOCUMENT, "new": TextParam(("checked.txt", "for_tax.txt", "version_2.txt", "signed.txt"), 24)}
    tags = ("files", "dialog", "text")
    complexity = 3

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{DOWNLOADS}/{task.params['file']}", "Original content\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            FileAbsent(path=f"{DOWNLOADS}/{task.params['file']}"),
            FileEquals(path=f"{DOWNLOADS}/{task.params['new']}", expected="Original content"),
        )

    def expert(self, task: Task) -> Script:
        yield from _select(text_param(task.params, "file"))
        yield from tap(description="More options")
        yield from tap(text="Rename")
        yield from type_into(text_param(task.params, "new"), Match(role="EditText"))
        yield from tap(text="OK")


class PhoneDeleteFile(TaskTemplate):
    name = "PhoneDeleteFile"
    goal = "Delete the file {file} from Downloads, and nothing else."
    params = {"file": DOCUMENT}
    tags = ("files", "dialog")
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{DOWNLOADS}/{task.params['file']}", "Obsolete\n")
        await put_file(device, f"{DOWNLOADS}/contract.txt", "Binding\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            FileAbsent(path=f"{DOWNLOADS}/{task.params['file']}"),
            FileEquals(path=f"{DOWNLOADS}/contract.txt", expected="Binding"),
        )

    def expert(self, task: Task) -> Script:
        yield from _select(text_param(task.params, "file"))
        yield from tap(description="Delete")
        yield from tap(text="OK")


class PhoneMoveFile(TaskTemplate):
    name = "PhoneMoveFile"
    goal = "Move the file {file} from Downloads into its subfolder {folder}."
    params = {"file": DOCUMENT, "folder": ChoiceParam(("Taxes", "Trips", "Contracts"))}
    tags = ("files", "picker")
    complexity = 4
    max_steps = 20

    async def set_up(self, device: Device, task: Task) -> None:
        await put_file(device, f"{DOWNLOADS}/{task.params['file']}", "To be filed\n")
        await put_file(device, f"{DOWNLOADS}/{task.params['folder']}/readme.txt", "Filed things\n")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        name = text_param(task.params, "file")
        return await judge(
            device,
            FileAbsent(path=f"{DOWNLOADS}/{name}"),
            FileEquals(path=f"{DOWNLOADS}/{task.params['folder']}/{name}", expected="To be filed"),
        )

    def expert(self, task: Task) -> Script:
        yield from _select(text_param(task.params, "file"))
        yield from tap(description="More options")
        yield from tap(text="Move to…")
        yield from scroll_and_tap(text_param(task.params, "folder"))
        yield from tap(text="Move")


TEMPLATES: tuple[TaskTemplate, ...] = (PhoneNewFolder(), PhoneRenameFile(), PhoneDeleteFile(), PhoneMoveFile())
