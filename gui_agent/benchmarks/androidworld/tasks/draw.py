"""Simple Draw Pro: a drawing saved under a name in the Pictures folder. Decided by the file."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Drag
from device_farm.types.geometry import Point
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage, random_name
from gui_agent.benchmarks.androidworld.tasks.files import STORAGE
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, launch, run, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import Match, clear_field, scroll_and_tap, tap, toggle, type_text, wait_for
from verifier.rules.base import judge
from verifier.rules.files import FileExists

PICTURES: Final = f"{SDCARD}/Pictures"
_WORDS: Final = ("sketch", "doodle", "outline", "draft", "study", "mural", "etching", "cartoon")
_ENDINGS: Final = ("png", "svg", "jpg")


class SimpleDrawProCreateDrawing(TaskTemplate):
    name = "SimpleDrawProCreateDrawing"
    goal = (
        "Make a new drawing with Simple Draw Pro and save it as {file_name} in the Pictures folder of the phone's "
        "storage (sdk_gphone_x86_64)."
    )
    params = {"file_name": TextParam(("x.png",)), "text": ChoiceParam(("",))}
    tags: ClassVar[tuple[str, ...]] = ("simple draw pro",)
    complexity = 2
    max_steps = 18

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": f"{rng.choice(_WORDS)}_{random_name(rng)}.{rng.choice(_ENDINGS)}", "text": ""}

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await empty_storage(device)
        await run(device, f"mkdir -p {PICTURES}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, FileExists(path=f"{PICTURES}/{task.params['file_name']}"))

    def expert(self, task: Task) -> Script:
        stem, _, ending = text_param(task.params, "file_name").rpartition(".")
        yield from launch("Draw")
        paper = yield from wait_for(Match(resource_id="my_canvas"))
        box = paper.bounds
        middle = box.center.y
        yield Drag(start=Point(box.left + box.width // 4, middle), end=Point(box.left + 3 * box.width // 4, middle))
        yield from tap(description="Save")
        yield from wait_for(Match(text="Save as"))
        yield from clear_field(Match(state="focused"))
        yield from type_text(stem)
        yield from toggle(Match(resource_id=f"save_image_radio_{ending}"), on=True)
        yield from tap(text="OK")
        yield from tap(description="Show roots")
        yield from tap(STORAGE)
        yield from scroll_and_tap("Pictures")
        yield from tap(text="SAVE")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (SimpleDrawProCreateDrawing(),)
