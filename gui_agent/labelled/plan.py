"""Which attempts the labelled set is made of, for every template of the suite, from one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final, TypeAlias

from device_farm.types.action import TerminateStatus
from device_farm.types.task import Platform, Task
from gui_agent.benchmarks.base import Script, Suite
from gui_agent.benchmarks.basics.desktop.common import start
from gui_agent.benchmarks.basics.phone.common import launch
from gui_agent.labelled.episode import Kind
from gui_agent.labelled.legs import another_value, expert
from gui_agent.labelled.slips import MORE_WRONG_VALUES, UNDO, VALUE, WRONG_PLACE, elsewhere
from gui_agent.labelled.spoil import away, claiming, clumsy, in_turn, stopped_after

SEEDS: Final[Mapping[Platform, int]] = {"android": 3, "desktop": 1}
"""Tasks a template; each has its expert, whose final state the others are compared with."""
PHONE: Final[Mapping[Kind, int]] = {
    "detour": 1,
    "leaves_screen": 2,
    "wrong_value": 2,
    "wrong_field": 2,
    "stopped_early": 2,
    "not_saved": 1,
    "done_then_undone": 1,
    "side_effect": 2,
    "false_claim": 1,
    "random": 1,
    "imperfect": 3,
    "mini": 1,
}
DESKTOP: Final[Mapping[Kind, int]] = {
    "leaves_screen": 1,
    "wrong_value": 1,
    "wrong_field": 1,
    "stopped_early": 1,
    "not_saved": 1,
    "done_then_undone": 1,
    "side_effect": 1,
    "false_claim": 1,
    "random": 1,
}
"""Attempts of each kind a template, beside the experts."""
_FIRST_SEED: Final = 7000
"""Apart from the seeds on which policies are trained and evaluated."""
_MAX_STEPS: Final = 80
_ROAMING_STEPS: Final = 12
_CLUMSINESS: Final = 0.15
# These experts end on a look or on a switch: there is nothing to be saved.
_SAVES: Final = frozenset(
    {
        *("PhoneDeviceName", "PhonePrivateDns", "PhoneJoinWifi", "PhoneAddContact", "PhoneChangeNumber"),
        *("PhoneDeleteContact", "PhoneWriteNote", "PhoneExtendNote", "PhoneRenameNote", "PhoneDeleteNote"),
        *("PhoneNoteFolder", "PhoneMoveNote", "PhoneNewFolder", "PhoneRenameFile", "PhoneDeleteFile"),
        *("PhoneMoveFile", "PhoneAddAlarm", "PhoneTimer", "DesktopWriteFile", "DesktopExtendFile"),
        *("DesktopNewFolder", "DesktopRenameFile", "DesktopDeleteFile", "DesktopSetCell", "DesktopSumColumn"),
    }
)
Making: TypeAlias = Callable[[int], Script]
"""The script of an attempt, once it is known how many actions (waits left out) the expert of its task takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to make. `script` is None where a policy of the name of `kind` plays."""

    task: Task
    origin: Task
    kind: Kind
    note: str
    script: Making | None


def experts(suite: Suite, platform: Platform, seed: int) -> list[Attempt]:
    """The expert on every task of the set."""
    return [
        _attempt(task, "expert", 0, "", _plainly(task))
        for template in suite.select(platform=platform)
        for task in _tasks(suite, template.name, platform, seed)
    ]


def _plainly(task: Task) -> Making:
    return lambda actions: claiming(expert(task), "success")


def others(suite: Suite, platform: Platform, seed: int) -> list[Attempt]:
    """Everything else: successes that look unlike the expert's, and every way of failing."""
    counts = PHONE if platform == "android" else DESKTOP
    made: list[Attempt] = []
    for template in suite.select(platform=platform):
        tasks = _tasks(suite, template.name, platform, seed)
        shift = Random(f"{seed}/{template.name}").randrange(len(tasks))
        for kind, count in counts.items():
            for index in range(count):
                task = tasks[(index + shift) % len(tasks)]
                made += _of_kind(task, kind, index, Random(f"{seed}/{task.id}/{kind}/{index}"))
            shift += 1
    return made


def _tasks(suite: Suite, template: str, platform: Platform, seed: int) -> list[Task]:
    first = _FIRST_SEED + 100 * seed
    return [suite.template(template).task(suite.name, first + index) for index in range(SEEDS[platform])]


def _attempt(task: Task, kind: Kind, index: int, note: str, script: Making | None) -> Attempt:
    steps = _ROAMING_STEPS if kind == "random" else task.max_steps if kind == "mini" else _MAX_STEPS
    budget_s = max(task.time_budget_s, 600.0)
    made = replace(task, id=f"{task.id}/{kind}/{index}", max_steps=steps, time_budget_s=budget_s)
    return Attempt(task=made, origin=task, kind=kind, note=note, script=script)


def _of_kind(task: Task, kind: Kind, index: int, rng: Random) -> Iterator[Attempt]:
    """The attempt, or none where this template cannot go wrong in that way."""
    match kind:
        case "random" | "mini":
            yield _attempt(task, kind, index, "", None)
            return
        case _:
            found = _script(task, kind, index, rng)
    if found is not None:
        note, script = found
        status = _claim(kind, rng)
        yield _attempt(task, kind, index, note, lambda actions: claiming(script(actions), status))


def _claim(kind: Kind, rng: Random) -> TerminateStatus | None:
    """Agents that fail mostly believe that they did not."""
    if kind in ("stopped_early", "imperfect"):
        return rng.choice(("success", "success", "success", "failure", None))
    return "success"


def _script(task: Task, kind: Kind, index: int, rng: Random) -> tuple[str, Making] | None:
    match kind:
        case "detour":
            label = rng.choice(("Clock", "Files", "Contacts", "Markor"))
            return f"looked at {label} first", lambda actions: in_turn((launch(label), expert(task)))
        case "leaves_screen":
            return "", lambda actions: in_turn((expert(task), _leave(task)))
        case "wrong_value":
            return _wrong_value(task, index, rng)
        case "wrong_field":
            return _wrong_place(task, index)
        case "stopped_early":
            share = rng.random()
            return "", lambda actions: stopped_after(expert(task), 1 + int(share * max(1, actions - 1)))
        case "not_saved":
            return ("", lambda actions: stopped_after(expert(task), actions - 1)) if task.template in _SAVES else None
        case "done_then_undone":
            undo = UNDO.get(task.template)
            return None if undo is None else ("", lambda actions: in_turn((expert(task), undo(task))))
        case "side_effect":
            note, leg = elsewhere(task, rng)
            before = rng.random() < 0.5
            return note, lambda actions: in_turn((leg(task), expert(task)) if before else (expert(task), leg(task)))
        case "false_claim":
            return "", lambda actions: in_turn(())
        case "imperfect":
            return "", lambda actions: clumsy(expert(task), rng, _CLUMSINESS)
        case _:
            raise AssertionError(f"{kind} is no script")


def _leave(task: Task) -> Script:
    if task.platform == "android":
        yield from away()
    else:
        yield from start("Thunar File Manager", "Thunar")


def _wrong_value(task: Task, index: int, rng: Random) -> tuple[str, Making] | None:
    names = VALUE.get(task.template)
    if names is not None:
        name = names[index % len(names)]
        value = another_value(task, name, rng)
        return f"{name} {value!r}", lambda actions: expert(task, "", {name: value})
    leg = MORE_WRONG_VALUES.get(task.template)
    return None if leg is None else ("", lambda actions: leg(task))


def _wrong_place(task: Task, index: int) -> tuple[str, Making] | None:
    places = WRONG_PLACE.get(task.template, ())
    if not places:
        return None
    leg = places[index % len(places)]
    return "", lambda actions: leg(task)
