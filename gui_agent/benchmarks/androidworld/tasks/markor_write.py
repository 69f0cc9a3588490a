"""Markor: write notes, from the goal, the clipboard, other notes, a picture or a video, and send one as a message."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Click
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.storage import put_text
from gui_agent.benchmarks.androidworld.tasks.gallery import open_folder
from gui_agent.benchmarks.androidworld.tasks.note_files import (
    NOTEBOOK,
    SENTENCES,
    NameParam,
    NoteReads,
    WordsParam,
    empty_notebook,
    letters,
    note_name,
)
from gui_agent.benchmarks.androidworld.tasks.note_hand import (
    EDITOR,
    leave,
    new_file,
    open_row,
    save,
    shown_text,
    start_app,
    write,
)
from gui_agent.benchmarks.androidworld.tasks.sms import put_on_clipboard
from gui_agent.benchmarks.androidworld.tasks.text_hand import LABEL, enter_number, press_send
from gui_agent.benchmarks.androidworld.tasks.text_messages import (
    MessageSent,
    MessengerInFront,
    NumberParam,
    empty_messages,
    phone_number,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, text_param
from gui_agent.benchmarks.ui import Match, long_press, tap, wait_for
from verifier.rules.base import judge, reward_of, shown
from verifier.rules.files import read_text

_RECEIPT: Final = "receipt.png"


class _NewNote(TaskTemplate):
    """`file_name` has to say `text` in the end."""

    tags: ClassVar[tuple[str, ...]] = ("markor",)
    params = {"file_name": NameParam(), "text": WordsParam()}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['file_name']}"
        return await judge(device, NoteReads(path=path, expected=text_param(task.params, "text")))


class MarkorCreateNote(_NewNote):
    name = "MarkorCreateNote"
    goal = "Make a new Markor note called {file_name} that says: {text}"
    max_steps = 16

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from write(text_param(task.params, "text"))
        yield from save()


class MarkorCreateNoteFromClipboard(TaskTemplate):
    name = "MarkorCreateNoteFromClipboard"
    goal = "Make a Markor note called {file_name}, paste what is on the clipboard into it, and save it."
    params = {"file_name": NameParam(), "file_content": WordsParam()}
    tags = ("markor", "clipper")
    max_steps = 14

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": note_name(rng), "file_content": letters(rng, 10)}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)
        await put_on_clipboard(device, text_param(task.params, "file_content"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['file_name']}"
        return await judge(device, NoteReads(path=path, expected=text_param(task.params, "file_content")))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from new_file(text_param(task.params, "file_name"))
        yield from long_press(resource_id=EDITOR)
        yield from tap(text="Paste")
        yield from save()


class MarkorMergeNotes(TaskTemplate):
    name = "MarkorMergeNotes"
    goal = (
        "Put what the Markor notes {file1_name}, {file2_name} and {file3_name} say, in this order, into a new Markor "
        "note called {new_file_name}, with an empty line between one and the next, and save it."
    )
    params = {
        "file1_name": NameParam(),
        "file2_name": NameParam(),
        "file3_name": NameParam(),
        "new_file_name": NameParam(),
        "file1_content": WordsParam(),
        "file2_content": WordsParam(),
        "file3_content": WordsParam(),
    }
    tags = ("markor",)
    complexity = 5
    max_steps = 78

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        names: list[str] = []
        while len(set(names)) < 3:
            names = [note_name(rng) for _ in range(3)]
        values: dict[str, JsonValue] = {"new_file_name": letters(rng, 8)}
        for place, name in enumerate(names, 1):
            values |= {f"file{place}_name": name, f"file{place}_content": letters(rng, 20)}
        return values

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_notebook(device)
        for place in (1, 2, 3):
            name, content = (text_param(task.params, f"file{place}_{part}") for part in ("name", "content"))
            await put_text(device, NOTEBOOK, name, content)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{NOTEBOOK}/{task.params['new_file_name']}"
        expected = "\n\n".join(text_param(task.params, f"file{place}_content") for place in (1, 2, 3)) + "\n"
        lines = ((await read_text(device, path)) or "").replace("\r", "").strip().split("\n")
        spaced = Evidence(
            probe=f"lines of {path}",
            observed=shown(lines),
            expected="five, the second and the fourth of them empty",
            holds=len(lines) == 5 and not lines[1] and not lines[3],
        )
        return await judge(device, NoteReads(path=path, expected=expected), also=(spaced,))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        texts: list[str] = []
        for place in (1, 2, 3):
            yield from open_row(text_param(task.params, f"file{place}_name"))
            text = yield from shown_text()
            texts.append(text.strip())
            yield from leave()
        yield from new_file(text_param(task.params, "new_file_name"))
        yield from write("\n\n".join(texts))
        yield from save()


class MarkorTranscribeReceipt(_NewNote):
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


class MarkorCreateNoteAndSms(TaskTemplate):
    """Half of the reward is for the note, half for the message."""

    name = "MarkorCreateNoteAndSms"
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
        note = await NoteReads(path=f"{NOTEBOOK}/{task.params['file_name']}", expected=text).check(device)
        sent = await MessageSent(number=text_param(task.params, "number"), text=text).check(device)
        front = await MessengerInFront().check(device)
        return Scored(reward=(reward_of((note,)) + reward_of((sent, front))) / 2, evidence=(note, sent, front))

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
    MarkorCreateNote(),
    MarkorCreateNoteFromClipboard(),
    MarkorMergeNotes(),
    MarkorTranscribeReceipt(),
    MarkorCreateNoteAndSms(),
)
