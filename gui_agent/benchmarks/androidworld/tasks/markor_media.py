"""Markor together with another app: notes from a picture and from a video, and a note that is sent as a message."""

from __future__ import annotations

from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.types.action import Click
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.screens import bring_row, start_app
from gui_agent.benchmarks.androidworld.storage import random_name
from gui_agent.benchmarks.androidworld.tasks.gallery import open_folder
from gui_agent.benchmarks.androidworld.tasks.markor_write import NewNote
from gui_agent.benchmarks.androidworld.tasks.note_files import (
    NOTEBOOK,
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
from gui_agent.benchmarks.androidworld.tasks.note_hand import new_file, save, write
from gui_agent.benchmarks.androidworld.tasks.text_hand import LABEL, enter_number, press_send
from gui_agent.benchmarks.androidworld.tasks.text_messages import (
    MESSENGER_IN_FRONT,
    MessageSent,
    NumberParam,
    empty_messages,
    phone_number,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, text_param
from gui_agent.benchmarks.ui import Match, tap, wait_for
from verifier.rules.base import AllOf, judge_parts

_RECEIPT: Final = "receipt.png"
_FILES: Final = Match(resource_id="network_list")
_WORDS: Final = ("amber", "basil", "comet", "delta", "ember", "falcon", "ginger", "harbor", "indigo", "jasmine")


class MarkorTranscribeReceipt(NewNote):
    """`text` is what the picture says; an agent has to look."""

    name = "MarkorTranscribeReceipt"
    goal = (
        "Write the transactions of receipt.png into a new Markor file called {file_name}. Simple Gallery shows the "
        'receipt. Write them as CSV with the header "Date, Item, Amount".'
    )
    tags = ("simple gallery pro", "markor")
    max_steps = 18

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        from gui_agent.benchmarks.androidworld.tasks.receipt_picture import receipt_text

        return {"file_name": "receipt.md", "text": receipt_text(rng, rng.randint(1, 5))}

    async def set_up(self, device: Device, task: Task) -> None:
        from gui_agent.benchmarks.androidworld.tasks.receipt_picture import receipt_picture

        await empty_notebook(device)
        text = text_param(task.params, "text")
        data = receipt_picture(Random(f"receipt/{task.seed}"), text, ".png")
        await device.push(f"{SDCARD}/DCIM/{_RECEIPT}", data)

    def expert(self, task: Task) -> Script:
        yield from open_folder("DCIM")
        yield from tap(resource_id="media_item_holder")
        yield from wait_for(Match(resource_id="gestures_view"))
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from write(text_param(task.params, "text"))
        yield from save()


class MarkorTranscribeVideo(NewNote):
    """`text` are the `messages` that the video shows, one after the other; an agent has to watch."""

    name = "MarkorTranscribeVideo"
    goal = (
        "Watch the video {video_name}, which lies in Download, in VLC. It shows one word after the other. Write them, "
        "separated by commas and with nothing else, into the text file {file_name} in Markor."
    )
    params = {
        "file_name": NameParam(),
        "text": WordsParam(),
        "messages": NameListParam(),
        "video_name": NameParam(),
        "noise_files": NameListParam(),
    }
    tags = ("markor", "vlc")
    max_steps = 20

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        words = rng.sample(_WORDS, rng.randint(2, 4))
        # Not a set: its order is another one in every process.
        videos = list(dict.fromkeys(f"{random_name(rng)}.mp4" for _ in range(rng.randint(6, 12))))
        return {
            "file_name": f"{videos[0].rpartition('.')[0]}_transcription.txt",
            "text": ",".join(words),
            "messages": list(words),
            "video_name": videos[0],
            "noise_files": list(videos[1:]),
        }

    async def set_up(self, device: Device, task: Task) -> None:
        from gui_agent.benchmarks.androidworld.tasks.message_video import message_video

        rng = Random(f"videos/{task.seed}")
        await empty_notebook(device)
        folder = f"{SDCARD}/Download"
        await device.push(f"{folder}/{task.params['video_name']}", message_video(name_list(task.params["messages"])))
        for name in name_list(task.params["noise_files"]):
            await device.push(f"{folder}/{name}", message_video([letters(rng, 10)]))

    def expert(self, task: Task) -> Script:
        yield from start_app("VLC")
        yield from tap(text="Browse")
        yield from tap(text="Internal memory")
        for title in ("Download", text_param(task.params, "video_name")):
            yield from wait_for(_FILES)
            row = yield from bring_row(_FILES, "title", title, str.casefold)
            yield Click(at=row.bounds.center)
        yield from wait_for(Match(resource_id="player_root"))
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from write(text_param(task.params, "text"))
        yield from save()


class MarkorCreateNoteAndSms(TaskTemplate):
    """Half of the reward is for the note, half for the message."""

    name = "MarkorCreateNoteAndSms"
    evaluator = "parts"
    goal = (
        "Make a new Markor note called {file_name} that says: {text}\nThen share the whole note by SMS with {number}, "
        "using Simple SMS Messenger."
    )
    params = {"file_name": NameParam(), "text": WordsParam(), "number": NumberParam()}
    tags = ("markor", "simple sms messenger")
    complexity = 2
    max_steps = 18

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": note_name(rng), "text": rng.choice(SENTENCES), "number": phone_number(rng)}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)
        await empty_messages(device)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        text = text_param(task.params, "text")
        note = NoteReads(path=f"{NOTEBOOK}/{task.params['file_name']}", expected=text)
        sent = MessageSent(number=text_param(task.params, "number"), text=text)
        return await judge_parts(device, note, AllOf(probes=(sent, MESSENGER_IN_FRONT)))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from write(text_param(task.params, "text"))
        yield from tap(description="More options")
        yield from tap(text="Share")
        yield from tap(text="Plain Text")
        node = yield from wait_for(Match(text=LABEL))
        yield Click(at=node.bounds.center)
        yield from enter_number(text_param(task.params, "number"))
        yield from press_send()


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    MarkorTranscribeReceipt(),
    MarkorTranscribeVideo(),
    MarkorCreateNoteAndSms(),
)
