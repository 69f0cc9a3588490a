"""Goals taken apart: every goal of the suite `basics`, by its words alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from device_farm.types.task import JsonValue
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics import SUITE
from verifier.planner.goals import fitting, understand
from verifier.planner.phone_clock import hour_of

SEEDS = range(20)


def expected_of(template: str, params: Mapping[str, JsonValue]) -> dict[str, str]:
    """The values that the goal's words hold, from the parameters that made them."""
    values = {name: str(value) for name, value in params.items()}
    match template:
        case "PhoneAddContact":
            name = f"{values['first']} {values['last']}"
            return {"name": name, "number": values["number"], "kind": "mobile"}
        case "PhoneChangeNumber":
            return {"name": f"{values['first']} {values['last']}", "number": values["number"]}
        case "PhoneDeleteContact" | "PhoneStarContact" | "PhoneFindNumber":
            return {"name": f"{values['first']} {values['last']}"}
        case "PhoneWriteNote" | "PhoneExtendNote":
            return {"file": f"{values['name']}.md", "text": values["text"]}
        case "PhoneRenameNote":
            return {"file": f"{values['name']}.md", "new": f"{values['new']}.md"}
        case "PhoneDeleteNote":
            return {"file": f"{values['name']}.md"}
        case "PhoneMoveNote":
            return {"file": f"{values['name']}.md", "folder": values["folder"]}
        case "PhoneScreenTimeout":
            count, unit = values["timeout"].split()
            return {"count": count, "unit": unit.rstrip("s")}
        case "PhoneJoinWifi":
            return {"network": values["network"], "password": values["word"] + values["number"]}
        case "PhoneAddAlarm" | "PhoneAlarmOff" | "PhoneDeleteAlarm":
            return {"hour": values["hour"], "minute": f"{int(values['minute']):02}", "half": values["half"][0]}
        case "DesktopWriteFile" | "DesktopExtendFile":
            return {"file": values["name"], "text": values["text"]}
        case "DesktopRenameFile":
            return {"file": values["name"], "new": values["new"]}
        case "DesktopDeleteFile":
            return {"file": values["name"]}
        case "DesktopSetCell":
            return {"file": "budget.ods", "item": values["item"], "amount": values["amount"]}
        case "DesktopSumColumn":
            return {"file": "budget.ods", "cell": f"B{values['row']}"}
        case "DesktopCountLines":
            return {"source": "app.log", "level": values["level"], "file": "count.txt"}
        case "DesktopSortFile":
            return {"source": "names.txt", "file": "sorted.txt"}
        case _:
            return values


@pytest.mark.parametrize("template", SUITE.templates, ids=lambda template: template.name)
def test_goal_of_the_suite_is_understood_with_its_values(template: TaskTemplate) -> None:
    for seed in SEEDS:
        task = template.task(SUITE.name, seed)
        understood = understand(task.goal, task.platform)
        assert understood is not None, task.goal
        [part] = understood.parts
        assert dict(part.values) == expected_of(template.name, task.params), task.goal
        assert understood.plan.checks
        assert len(fitting(task.goal, task.platform)) == 1, "one reading only"


def test_goals_of_different_templates_are_of_different_kinds() -> None:
    kinds = {}
    for template in SUITE.templates:
        understood = understand(template.task(SUITE.name, 0).goal, template.platform)
        assert understood is not None
        kinds[template.name] = (template.platform, understood.kinds)
    assert len(set(kinds.values())) == len(SUITE.templates)


@pytest.mark.parametrize(
    ("hour", "half", "expected"), [("12", "A", 0), ("12", "P", 12), ("1", "A", 1), ("11", "P", 23), ("0", "", 0)]
)
def test_hour_is_counted_from_midnight(hour: str, half: str, expected: int) -> None:
    assert hour_of({"hour": hour, "half": half}) == expected


def test_goal_of_two_parts_has_the_checks_of_both() -> None:
    both = understand("Switch Wi-Fi off and then Bluetooth on.", "android")
    assert both is not None
    assert both.kinds == ("wifi", "bluetooth")
    assert len(both.plan.checks) == 2
    assert len(both.plan.allowed) == 2


@pytest.mark.parametrize(
    "goal",
    [
        "Book a table for two.",
        "Turn Wi-Fi on, then book a table for two.",
        "",
        "Delete the note a.md in Markor, and nothing else. Then rename the note b.md",
        "Set an alarm for noon.",
    ],
)
def test_goal_that_fits_no_kind_is_not_understood(goal: str) -> None:
    assert understand(goal, "android") is None


def test_kinds_of_the_other_platform_do_not_fit() -> None:
    assert understand("Turn Wi-Fi on.", "desktop") is None


def test_full_stop_belongs_to_the_goal_and_not_to_a_name_but_to_a_text() -> None:
    folder = understand("Create a folder called Scans May in the Downloads folder.", "android")
    assert folder is not None and folder.parts[0].values == {"folder": "Scans May"}
    note = understand("Create a note called a.md in Markor with the text: Be there.", "android")
    assert note is not None and note.parts[0].values == {"file": "a.md", "text": "Be there."}
