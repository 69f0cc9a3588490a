"""Scripts made of the suite's own experts with other parameters, and the few that no expert has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from device_farm.types.action import PressKey, Wait
from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.base import Script
from gui_agent.benchmarks.basics import SUITE
from gui_agent.benchmarks.basics.phone.common import hinted, launch, slide
from gui_agent.benchmarks.params import TextParam
from gui_agent.benchmarks.ui import Match, long_press, scroll_to, tap, type_into
from gui_agent.labelled.spoil import misspelt, retyped


def expert(task: Task, template: str = "", changes: Mapping[str, JsonValue] | None = None) -> Script:
    """The expert of `task`, or of another template, with some parameters changed."""
    name = template or task.template
    wanted = replace(task, template=name, params={**task.params, **(changes or {})})
    yield from SUITE.template(name).expert(wanted)


def another_value(task: Task, name: str, rng: Random) -> JsonValue:
    """A value for the parameter `name` that is not the task's: a slip of the fingers in texts, or another sample."""
    param, right = SUITE.template(task.template).params[name], task.params[name]
    digits = isinstance(right, int) and right > 10**6
    if (isinstance(param, TextParam) or digits) and rng.random() < 0.5:
        slip = misspelt(str(right), rng)
        return int(slip) if digits and not slip.startswith("0") else slip
    return next(value for _ in iter(int, 1) if (value := param.sample(rng)) != right)


def shell_line(task: Task, line: str) -> Script:
    """A command in the desktop's terminal."""
    sort = "sort ~/Documents/names.txt > ~/Documents/sorted.txt"
    yield from retyped(expert(task, "DesktopSortFile"), sort, line)


def unmark_favourite(task: Task) -> Script:
    yield from tap(description="Remove from favorites")


def stop_clock(task: Task) -> Script:
    """Ends the timer or the stopwatch in front."""
    yield from tap(description="Pause")
    yield from tap(description="Delete timer" if task.template == "PhoneTimer" else "Reset")


def delete_note_folder(task: Task) -> Script:
    name = str(task.params["folder"])
    yield from launch("Markor")
    yield from scroll_to(name)
    yield from long_press(text=name)
    yield from tap(description="Delete")
    yield from tap(text="OK")


def rewrite_open_note(text: str) -> Script:
    """Replaces what stands in the open note, and saves it."""
    yield from type_into(text, resource_id="document__fragment__edit__highlighting_editor")
    yield from tap(description="Save")


def dns_back_to_automatic(task: Task) -> Script:
    yield from tap(text="Private DNS")
    yield from tap(text="Automatic")
    yield from tap(text="Save")


def timeout_back(task: Task) -> Script:
    """From the list of times: one minute, as the task began."""
    yield from tap(text="Screen timeout")
    yield from tap(text="1 minute")


def take_back_and_save(task: Task) -> Script:
    """On the desktop: undo twice, then save over the file."""
    yield PressKey(key="z", modifiers=("ctrl",))
    yield PressKey(key="z", modifiers=("ctrl",))
    yield PressKey(key="s", modifiers=("ctrl",))
    # A state read while the file is written would hold half of it.
    yield Wait(duration_s=3.0)


def contact_with_number_as_mail(task: Task) -> Script:
    """A new contact whose number stands in the field for mail."""
    yield from launch("Contacts")
    yield from tap(description="Create contact")
    for label, value in (("First name", "first"), ("Last name", "last"), ("Email", "number")):
        yield from type_into(str(task.params[value]), hinted(label))
    yield from tap(text="Save")


def slide_to_end(task: Task, title: str) -> Script:
    """Another slider of the sound page to the end that the task names for the media volume."""
    yield from launch("Settings")
    yield from scroll_to("Sound & vibration")
    yield from tap(text="Sound & vibration")
    yield from slide(Match(description=title), 1.0 if task.params["end"] == "maximum" else 0.0)
