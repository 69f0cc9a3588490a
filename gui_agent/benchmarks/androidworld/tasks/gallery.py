"""Simple Gallery Pro: a receipt's picture is copied to another folder. Decided by the files."""

from __future__ import annotations

from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.types.action import Click, LongPress
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.screens import start_app
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage, random_name
from gui_agent.benchmarks.androidworld.tasks.note_files import NameParam
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, text_param
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, scroll_and_tap, scroll_to, tap, visible_nodes
from verifier.rules.base import judge
from verifier.rules.files import FileExists

LABEL: Final = "Gallery"
_FOLDER: Final = "dir_name"
_TILE: Final = "media_item_holder"


def open_folder(name: str) -> Plain:
    yield from start_app(LABEL)
    node = yield from scroll_to(match=Match(text=name, resource_id=_FOLDER))
    yield Click(at=node.bounds.center)


def hold_picture(name: str) -> Plain:
    """Selects a picture; where there are several, by its name, which the tiles show when asked to."""
    observation = yield LOOK
    tiles = [node for node in visible_nodes(observation) if node.resource_id.endswith(_TILE)]
    if not tiles:
        raise ExpertStuck("there is no picture in the folder")
    node = tiles[0]
    if len(tiles) > 1:
        label = Match(text=name, resource_id="medium_name")
        if not any(other.resource_id.endswith("medium_name") for other in visible_nodes(observation)):
            yield from tap(description="Toggle filename visibility")
        node = yield from scroll_to(match=label)
    yield LongPress(at=node.bounds.center)


class SaveCopyOfReceiptTaskEval(TaskTemplate):
    name = "SaveCopyOfReceiptTaskEval"
    goal = "Use Simple Gallery Pro to copy {file_name} from DCIM to Download, under the same name."
    params = {"file_name": NameParam()}
    tags = ("simple gallery pro",)
    max_steps = 16

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": f"receipt_{random_name(rng)}.jpg"}

    async def set_up(self, device: Device, task: Task) -> None:
        from gui_agent.benchmarks.androidworld.tasks.receipt_picture import receipt_picture, receipt_text

        rng = Random(f"receipt/{task.seed}")
        await set_clock(device)
        await empty_storage(device)
        data = receipt_picture(rng, receipt_text(rng, 1), ".jpg")
        await device.push(f"{SDCARD}/DCIM/{task.params['file_name']}", data)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, FileExists(path=f"{SDCARD}/Download/{task.params['file_name']}"))

    def expert(self, task: Task) -> Script:
        yield from open_folder("DCIM")
        yield from hold_picture(text_param(task.params, "file_name"))
        yield from tap(description="More options")
        yield from tap(text="Copy to")
        yield from tap(text="Other folder")
        # The tree begins in the picture's own folder.
        yield from tap(Match(text="Internal", resource_id="breadcrumb_text"))
        yield from scroll_and_tap("Download")
        yield from tap(text="OK")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (SaveCopyOfReceiptTaskEval(),)
