"""What can go wrong in each template: which value, which place, which undoing, what else is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final, TypeAlias

from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.base import Script
from gui_agent.labelled import legs
from gui_agent.labelled.legs import expert
from gui_agent.labelled.spoil import retyped

Leg: TypeAlias = Callable[[Task], Script]
Changes: TypeAlias = Callable[[Mapping[str, JsonValue]], dict[str, JsonValue]]

VALUE: Final[Mapping[str, tuple[str, ...]]] = {
    "PhoneWifi": ("state",),
    "PhoneBluetooth": ("state",),
    "PhoneAirplaneMode": ("state",),
    "PhoneDarkTheme": ("state",),
    "PhoneAutoRotate": ("state",),
    "PhoneTwentyFourHourClock": ("state",),
    "PhoneDoNotDisturb": ("state",),
    "PhoneBrightness": ("end",),
    "PhoneMediaVolume": ("end",),
    "PhoneScreenTimeout": ("timeout",),
    "PhoneDeviceName": ("name",),
    "PhonePrivateDns": ("host",),
    "PhoneJoinWifi": ("number",),
    "PhoneAddContact": ("number", "last", "first"),
    "PhoneChangeNumber": ("number",),
    "PhoneWriteNote": ("text", "name"),
    "PhoneExtendNote": ("text",),
    "PhoneRenameNote": ("new",),
    "PhoneNoteFolder": ("folder",),
    "PhoneNewFolder": ("folder",),
    "PhoneRenameFile": ("new",),
    "PhoneAddAlarm": ("minute", "half", "hour"),
    "PhoneTimer": ("seconds", "minutes"),
    "PhoneStopwatchLaps": ("laps",),
    "DesktopWriteFile": ("text", "name"),
    "DesktopExtendFile": ("text",),
    "DesktopNewFolder": ("folder",),
    "DesktopRenameFile": ("new",),
    "DesktopSetCell": ("amount",),
    "DesktopCountLines": ("level",),
}
"""The parameters whose value an agent may get wrong and still find its way."""


def other(template: str, changes: Changes) -> Leg:
    """The expert of `template` with parameters made from the task's."""
    return lambda task: expert(task, template, changes(task.params))


def again(changes: Changes) -> Leg:
    """The task's own expert with changed parameters."""
    return lambda task: expert(task, "", changes(task.params))


def _as_it_is(params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {}


def _turned(params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {"state": "off" if params["state"] == "on" else "on"}


def _other_end(params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {"end": "minimum" if params["end"] == "maximum" else "maximum"}


def _named(**values: JsonValue) -> Changes:
    return lambda params: dict(values)


def _swapped(one: str, two: str) -> Changes:
    return lambda params: {one: params[two], two: params[one]}


def _first_alarm(params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {"hour": 8, "minute": 30, "half": "AM"}


WRONG_PLACE: Final[Mapping[str, tuple[Leg, ...]]] = {
    "PhoneWifi": (other("PhoneBluetooth", _as_it_is), other("PhoneAirplaneMode", _as_it_is)),
    "PhoneBluetooth": (other("PhoneWifi", _as_it_is), other("PhoneAirplaneMode", _as_it_is)),
    "PhoneAirplaneMode": (other("PhoneWifi", _turned), other("PhoneBluetooth", _turned)),
    "PhoneDarkTheme": (other("PhoneAutoRotate", _as_it_is),),
    "PhoneAutoRotate": (other("PhoneDarkTheme", _as_it_is),),
    "PhoneTwentyFourHourClock": (other("PhoneAutoRotate", _as_it_is), other("PhoneDarkTheme", _as_it_is)),
    "PhoneDoNotDisturb": (other("PhoneAirplaneMode", _as_it_is),),
    "PhoneBrightness": (other("PhoneMediaVolume", _as_it_is),),
    "PhoneMediaVolume": (lambda task: legs.slide_to_end(task, "Alarm volume"), other("PhoneBrightness", _as_it_is)),
    "PhoneDeviceName": (other("PhoneNoteFolder", lambda params: {"folder": params["name"]}),),
    "PhonePrivateDns": (other("PhoneDeviceName", lambda params: {"name": params["host"]}),),
    "PhoneAddContact": (again(_swapped("first", "last")), legs.contact_with_number_as_mail),
    "PhoneChangeNumber": (
        other("PhoneAddContact", lambda params: {"last": f"{params['last']} new"}),
        lambda task: retyped(expert(task), str(task.params["number"]), str(task.params["old"])),
    ),
    "PhoneDeleteContact": (again(_named(first="Aaron", last="Remains")), again(_named(first="Tom", last="Diaz"))),
    "PhoneStarContact": (again(_named(first="Elena", last="Evans")), again(_named(first="Clara", last="Okafor"))),
    "PhoneFindNumber": (again(_named(first="Clara", last="Okafor")), again(_named(first="Elena", last="Evans"))),
    "PhoneWriteNote": (again(_swapped("name", "text")), other("PhoneNoteFolder", lambda p: {"folder": p["name"]})),
    "PhoneExtendNote": (again(_named(name="meeting_notes")), again(_named(name="shopping_list"))),
    "PhoneRenameNote": (again(_named(name="meeting_notes")), again(_named(name="wifi_setup"))),
    "PhoneDeleteNote": (again(_named(name="keep_me")), again(_named(name="shopping_list"))),
    "PhoneNoteFolder": (other("PhoneNewFolder", _as_it_is),),
    "PhoneMoveNote": (again(_named(name="meeting_notes")), again(_named(folder="Cooking"))),
    "PhoneNewFolder": (other("PhoneNoteFolder", _as_it_is),),
    "PhoneRenameFile": (again(_named(file="invoice_8062.txt")), again(_named(file="train_timetable.csv"))),
    "PhoneDeleteFile": (again(_named(file="contract.txt")), again(_named(file="manual.pdf"))),
    "PhoneMoveFile": (again(_named(file="invoice_8062.txt")), again(_named(file="train_timetable.csv"))),
    "PhoneAddAlarm": (other("PhoneTimer", lambda p: {"minutes": max(6, int(str(p["minute"]))), "seconds": 0}),),
    "PhoneAlarmOff": (again(_first_alarm),),
    "PhoneDeleteAlarm": (again(_first_alarm), other("PhoneAlarmOff", _first_alarm)),
    "PhoneTimer": (other("PhoneAddAlarm", lambda p: {"hour": 7, "minute": p["minutes"], "half": "AM"}),),
    "DesktopWriteFile": (again(lambda params: {"name": f"copy_{params['name']}"}),),
    "DesktopRenameFile": (again(_named(name="untouched.txt")),),
    "DesktopDeleteFile": (again(_named(name="untouched.txt")),),
    "DesktopSetCell": (again(lambda params: {"item": "Rent" if params["item"] != "Rent" else "Phone"}),),
    "DesktopSumColumn": (again(lambda params: {"row": 7 if params["row"] != 7 else 8}),),
    "DesktopCountLines": (lambda task: retyped(expert(task), "count.txt", "counts.txt"),),
    "DesktopSortFile": (lambda task: retyped(expert(task), "sorted.txt", "names_sorted.txt"),),
}
"""The right value elsewhere, or another entry than the one meant."""

MORE_WRONG_VALUES: Final[Mapping[str, Leg]] = {
    "DesktopSumColumn": lambda task: retyped(expert(task), "B2:B6", "B2:B5"),
    "DesktopSortFile": lambda task: retyped(expert(task), "sort ~", "sort -r ~"),
}
"""Wrong values that are no parameter."""

UNDO: Final[Mapping[str, Leg]] = {
    **dict.fromkeys(
        (
            "PhoneWifi",
            "PhoneBluetooth",
            "PhoneAirplaneMode",
            "PhoneDarkTheme",
            "PhoneAutoRotate",
            "PhoneTwentyFourHourClock",
            "PhoneDoNotDisturb",
        ),
        again(_turned),
    ),
    "PhoneBrightness": again(_other_end),
    "PhoneMediaVolume": again(_other_end),
    "PhoneScreenTimeout": legs.timeout_back,
    "PhoneDeviceName": again(_named(name="Android phone")),
    "PhonePrivateDns": legs.dns_back_to_automatic,
    "PhoneAddContact": other("PhoneDeleteContact", _as_it_is),
    "PhoneChangeNumber": again(_swapped("old", "number")),
    "PhoneDeleteContact": other("PhoneAddContact", _as_it_is),
    "PhoneStarContact": legs.unmark_favourite,
    "PhoneWriteNote": other("PhoneDeleteNote", _as_it_is),
    "PhoneExtendNote": lambda task: legs.rewrite_open_note("First things first\nSecond thoughts"),
    "PhoneRenameNote": again(_swapped("name", "new")),
    "PhoneDeleteNote": other("PhoneWriteNote", _named(text="No longer needed.")),
    "PhoneNoteFolder": legs.delete_note_folder,
    "PhoneNewFolder": other("PhoneDeleteFile", lambda params: {"file": params["folder"]}),
    "PhoneRenameFile": again(_swapped("file", "new")),
    "PhoneAddAlarm": other("PhoneDeleteAlarm", _as_it_is),
    "PhoneDeleteAlarm": other("PhoneAddAlarm", _as_it_is),
    "PhoneTimer": legs.stop_clock,
    "PhoneStopwatchLaps": legs.stop_clock,
    "DesktopWriteFile": other("DesktopDeleteFile", _as_it_is),
    "DesktopExtendFile": legs.take_back_and_save,
    "DesktopNewFolder": other("DesktopDeleteFile", lambda params: {"name": params["folder"]}),
    "DesktopRenameFile": again(_swapped("name", "new")),
    "DesktopSetCell": legs.take_back_and_save,
    "DesktopSumColumn": legs.take_back_and_save,
    "DesktopCountLines": lambda task: legs.shell_line(task, "rm ~/Documents/count.txt"),
    "DesktopSortFile": lambda task: legs.shell_line(task, "rm ~/Documents/sorted.txt"),
}

_PHONE_ELSEWHERE: Final[tuple[tuple[str, Leg], ...]] = (
    ("Bluetooth off", other("PhoneBluetooth", _named(state="off"))),
    ("dark theme on", other("PhoneDarkTheme", _named(state="on"))),
    ("rotation on", other("PhoneAutoRotate", _named(state="on"))),
    ("Do Not Disturb on", other("PhoneDoNotDisturb", _named(state="on"))),
    ("media volume down", other("PhoneMediaVolume", _named(end="minimum"))),
    ("Tom Diaz deleted", other("PhoneDeleteContact", _named(first="Tom", last="Diaz"))),
    ("Elena Evans starred", other("PhoneStarContact", _named(first="Elena", last="Evans"))),
    ("a contact added", other("PhoneAddContact", _named(first="Extra", last="Person", number=2025550100))),
    ("a file renamed", other("PhoneRenameFile", _named(file="train_timetable.csv", new="trains.csv"))),
    ("a file deleted", other("PhoneDeleteFile", _named(file="manual.pdf"))),
    ("a note deleted", other("PhoneDeleteNote", _named(name="meeting_notes"))),
    ("a note renamed", other("PhoneRenameNote", _named(name="shopping_list", new="shopping_old"))),
    ("a folder added", other("PhoneNoteFolder", _named(folder="Stray"))),
    ("the 8:30 alarm off", other("PhoneAlarmOff", _first_alarm)),
    ("an alarm added", other("PhoneAddAlarm", _named(hour=6, minute=17, half="AM"))),
)
_DESKTOP_ELSEWHERE: Final[tuple[tuple[str, Leg], ...]] = (
    ("a folder added", other("DesktopNewFolder", _named(folder="Stray"))),
    ("a file written", lambda task: legs.shell_line(task, "echo stray > ~/Documents/stray.txt")),
    ("a file outside the folder", lambda task: legs.shell_line(task, "echo stray > ~/stray.txt")),
)


def elsewhere(task: Task, rng: Random) -> tuple[str, Leg]:
    """Something that the task does not ask for, in another application or on another page."""
    choices: Sequence[tuple[str, Leg]] = _PHONE_ELSEWHERE if task.platform == "android" else _DESKTOP_ELSEWHERE
    return rng.choice(choices)
