"""The terminal: a count and an archive folder by commands. Decided by the files they leave."""

from __future__ import annotations

from random import Random

from device_farm.device import Device
from device_farm.types.action import Click, TypeText, Wait
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.desktop.common import MAX_STEPS, home, put_document, start
from gui_agent.benchmarks.params import ChoiceParam, IntParam
from gui_agent.benchmarks.ui import Match, Plain, wait_for
from verifier.rules.base import judge
from verifier.rules.files import FileEquals

_LEVELS = ("INFO", "WARN", "ERROR", "DEBUG")


def _log(task: Task) -> str:
    rng = Random(f"{task.template}/{task.seed}/log")
    return "".join(f"{number:03} {rng.choice(_LEVELS)} event\n" for number in range(int(str(task.params["lines"]))))


def _command(line: str) -> Plain:
    """Clicks into the terminal, types a command line and gives it a moment."""
    yield from start("Xfce Terminal", "Terminal")
    node = yield from wait_for(Match(role="terminal"))
    yield Click(at=node.bounds.center)
    yield TypeText(text=f"{line}\n")
    yield Wait(duration_s=0.5)


class DesktopCountLines(TaskTemplate):
    name = "DesktopCountLines"
    platform = "desktop"
    max_steps = MAX_STEPS
    goal = (
        "Use the terminal to count the lines of Documents/app.log that contain {level}, "
        "and write just that number to Documents/count.txt."
    )
    params = {"level": ChoiceParam(_LEVELS), "lines": IntParam(40, 200)}
    tags = ("terminal",)
    complexity = 3

    async def set_up(self, device: Device, task: Task) -> None:
        await put_document(device, "app.log", _log(task).encode())

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        count = sum(str(task.params["level"]) in line for line in _log(task).splitlines())
        return await judge(device, FileEquals(path=f"{await home(device)}/Documents/count.txt", expected=str(count)))

    def expert(self, task: Task) -> Script:
        yield from _command(f"grep -c {task.params['level']} ~/Documents/app.log > ~/Documents/count.txt")


class DesktopSortFile(TaskTemplate):
    name = "DesktopSortFile"
    platform = "desktop"
    max_steps = MAX_STEPS
    goal = "Use the terminal to sort the lines of Documents/names.txt alphabetically into Documents/sorted.txt."
    params = {"lines": IntParam(5, 20)}
    tags = ("terminal",)
    complexity = 2

    def _names(self, task: Task) -> list[str]:
        rng = Random(f"{task.template}/{task.seed}/names")
        letters = "abcdefghijklmnopqrstuvwxyz"
        return ["".join(rng.choices(letters, k=7)) for _ in range(int(str(task.params["lines"])))]

    async def set_up(self, device: Device, task: Task) -> None:
        await put_document(device, "names.txt", "".join(f"{name}\n" for name in self._names(task)).encode())

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{await home(device)}/Documents/sorted.txt"
        return await judge(device, FileEquals(path=path, expected="\n".join(sorted(self._names(task)))))

    def expert(self, task: Task) -> Script:
        yield from _command("sort ~/Documents/names.txt > ~/Documents/sorted.txt")


TEMPLATES: tuple[TaskTemplate, ...] = (DesktopCountLines(), DesktopSortFile())
