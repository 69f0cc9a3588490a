"""Markor: delete one note, the newest note, all notes. Decided by the files of the notebook."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.types.action import Click, LongPress
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.screens import start_app
from gui_agent.benchmarks.androidworld.setting import START
from gui_agent.benchmarks.androidworld.storage import put_noise, put_text
from gui_agent.benchmarks.androidworld.tasks.markor import MarkorTask
from gui_agent.benchmarks.androidworld.tasks.note_files import (
    NOTEBOOK,
    OTHER_NOTES,
    SENTENCES,
    NameListParam,
    NameParam,
    empty_notebook,
    name_list,
    note_name,
)
from gui_agent.benchmarks.androidworld.tasks.note_hand import first_row, hold_row, rows
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import run, text_param
from gui_agent.benchmarks.ui import ExpertStuck, Match, find, present, tap
from verifier.rules.base import guest_output, judge, shown
from verifier.rules.files import FileAbsent, FileExists

_MOST_NOTES: Final = 6


class MarkorDeleteNote(MarkorTask):
    name = "MarkorDeleteNote"
    goal = "Delete the Markor note with the name {file_name}."
    params = {"file_name": NameParam(), "noise_candidates": NameListParam()}
    max_steps = 10

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": note_name(rng).rpartition(".")[0], "noise_candidates": list(OTHER_NOTES)}

    async def set_up(self, device: Device, task: Task) -> None:
        name = text_param(task.params, "file_name")
        await empty_notebook(device)
        await put_text(device, NOTEBOOK, name, "No longer needed")
        noise = name_list(task.params["noise_candidates"])
        await put_noise(device, NOTEBOOK, noise, Random(f"noise/{task.seed}"), like=name)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, FileAbsent(path=f"{NOTEBOOK}/{task.params['file_name']}"))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from hold_row(text_param(task.params, "file_name"))
        yield from tap(description="Delete")
        yield from tap(text="OK")


class MarkorDeleteNewestNote(MarkorTask):
    name = "MarkorDeleteNewestNote"
    goal = "Delete whichever note in Markor is the newest."
    params = {}
    max_steps = 10

    def notes(self, task: Task) -> list[str]:
        """Names of the notes, the newest last; made at these times, in another order."""
        rng = Random(f"notes/{task.seed}")
        # Not a set: its order is another one in every process.
        return list(dict.fromkeys(note_name(rng) for _ in range(rng.randint(2, _MOST_NOTES))))

    async def set_up(self, device: Device, task: Task) -> None:
        rng = Random(f"order/{task.seed}")
        await empty_notebook(device)
        notes = list(enumerate(self.notes(task)))
        rng.shuffle(notes)
        for place, name in notes:
            moment = START + timedelta(minutes=100 * place + rng.randrange(90))
            await run(device, f"date {moment:%m%d%H%M%y.%S}")
            await put_text(device, NOTEBOOK, name, rng.choice(SENTENCES))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        # By time of last access, as AndroidWorld lists them: an opened note would change its place.
        listed = await guest_output(device, f"ls -1tur {NOTEBOOK}")
        left, expected = listed.split("\n") if listed else [], self.notes(task)[:-1]
        evidence = Evidence(
            probe=f"notes in {NOTEBOOK} from old to new",
            observed=shown(left),
            expected=shown(expected),
            holds=left == expected,
        )
        return await judge(device, also=(evidence,))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        yield from tap(description="Sort by")
        reverse = Match(text="Reverse order")
        observation = yield LOOK
        line = find(observation, reverse)
        if line is None:
            raise ExpertStuck("the menu has no line for the order")
        row = [
            node
            for node in (observation.ui_tree.walk() if observation.ui_tree else ())
            if "checkable" in node.states and node.bounds.top <= line.bounds.center.y < node.bounds.bottom
        ]
        newest_first = any("checked" in node.states for node in row)
        yield from tap(text="Date")
        observation = yield LOOK
        found = rows(observation)
        if not found:
            raise ExpertStuck("there is no note in the list")
        yield LongPress(at=found[0 if newest_first else -1].bounds.center)
        yield from tap(description="Delete")
        yield from tap(text="OK")


class MarkorDeleteAllNotes(MarkorTask):
    name = "MarkorDeleteAllNotes"
    goal = "Delete every note that I have in Markor."
    params = {}
    max_steps = 14

    async def set_up(self, device: Device, task: Task) -> None:
        rng = Random(f"notes/{task.seed}")
        await empty_notebook(device)
        for name in sorted({note_name(rng) for _ in range(rng.randint(1, _MOST_NOTES))}):
            await put_text(device, NOTEBOOK, name, rng.choice(SENTENCES))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        left = await guest_output(device, f"find {NOTEBOOK} -mindepth 1 -maxdepth 1 -type f")
        evidence = Evidence(probe="files in the notebook", observed=shown(left), expected="none", holds=not left)
        return await judge(device, FileExists(path=NOTEBOOK), also=(evidence,))

    def expert(self, task: Task) -> Script:
        yield from start_app("Markor")
        while not (yield from present(Match(text="Empty directory"))):
            node = yield from first_row()
            yield LongPress(at=node.bounds.center)
            observation = yield LOOK
            for other in rows(observation)[1:]:
                yield Click(at=other.bounds.center)
            yield from tap(description="Delete")
            yield from tap(text="OK")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (MarkorDeleteNote(), MarkorDeleteNewestNote(), MarkorDeleteAllNotes())
