"""Lists to be typed off: a note in Markor or a picture in the gallery, put there and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from device_farm.device import Device
from gui_agent.benchmarks.androidworld.screens import start_app
from gui_agent.benchmarks.androidworld.storage import empty_storage
from gui_agent.benchmarks.androidworld.tasks.note_files import NOTEBOOK
from gui_agent.benchmarks.androidworld.tasks.note_hand import open_row, shown_text
from gui_agent.benchmarks.androidworld.text_picture import text_jpeg
from gui_agent.benchmarks.base import LOOK
from gui_agent.benchmarks.basics.phone.common import SDCARD, put_file, run
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, find, scroll_and_tap, tap, wait_for

PICTURES: Final = f"{SDCARD}/DCIM"


async def put_note(device: Device, name: str, text: str) -> None:
    """The one file of Markor's notebook."""
    await run(device, f"mkdir -p {NOTEBOOK} && rm -rf {NOTEBOOK}/*")
    await put_file(device, f"{NOTEBOOK}/{name}", text)


async def put_pictures(device: Device, texts: dict[str, str]) -> None:
    """The only pictures of the phone: file name and the text in it. The gallery is stopped, to find them anew."""
    await empty_storage(device)
    await run(device, f"mkdir -p {PICTURES}")
    for name, text in texts.items():
        await device.push(f"{PICTURES}/{name}", text_jpeg(text))
    await run(device, "am force-stop com.simplemobiletools.gallery.pro")


def read_note(name: str, wanted: Sequence[str]) -> Plain:
    """Opens a note and makes sure that it says what is looked for. Raises ExpertStuck."""
    yield from start_app("Markor")
    yield from open_row(name)
    text = yield from shown_text()
    missing = [piece for piece in wanted if piece not in text]
    if missing:
        raise ExpertStuck(f"{name} does not say {missing[0]!r}")


def look_at_picture(name: str) -> Plain:
    """Opens a picture of the gallery by its name, which the gallery only shows when asked to."""
    yield from start_app("Gallery")
    yield from tap(text="DCIM")
    yield from wait_for(Match(resource_id="media_grid"))
    picture = Match(text=name)
    observation = yield LOOK
    if find(observation, picture) is None:
        yield from tap(description="Toggle filename visibility")
    yield from scroll_and_tap(match=picture)
    yield from wait_for(Match(resource_id="gestures_view"))
