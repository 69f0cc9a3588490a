"""The planner on a simulated phone: what experts do is success, everything short of it or beside it is failure."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from attempts import Scripted, attempted, done, judged, phone, task_of, told, wanted

from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics import SUITE
from gui_agent.policies.noop import NoopPolicy
from gui_agent.verification.scene import START, SnapshotScene, keep_start
from verifier.agentic.verifier import AgenticVerifier
from verifier.case import case_of
from verifier.planner.planner import PlannerThinker
from verifier.planner.probing import SIDE_EFFECTS

PHONE = SUITE.select(platform="android")
_ALARMS = "/data/data/com.google.android.deskclock/databases/alarms.db"
BESIDES = {
    "setting": "settings put system font_scale 1.3",
    "another contact": "content delete --uri content://com.android.contacts/raw_contacts --where '_id=3'",
    "another note": "rm /storage/emulated/0/Documents/Markor/todo.txt",
    "another note's text": "echo more >> /storage/emulated/0/Documents/Markor/QuickNote.md",
    "another alarm": f"sqlite3 {_ALARMS} 'UPDATE alarm_templates SET enabled = 1 - enabled WHERE _id = 1'",
    "a new folder": "mkdir /storage/emulated/0/Download/Besides",
}
_CLOCK = "/data/data/com.google.android.deskclock/shared_prefs/com.google.android.deskclock_preferences.xml"
_NETWORKS = "/data/misc/apexdata/com.android.wifi/WifiConfigStore.xml"
_PHONE_ROWS = "--uri content://com.android.contacts/data --where \"mimetype = 'vnd.android.cursor.item/phone_v2'"
NEAR_MISSES = {
    "the alarm repeats": ("PhoneAddAlarm", f"sqlite3 {_ALARMS} 'UPDATE alarm_templates SET daysofweek = 127'"),
    "the alarm has got a name": ("PhoneAddAlarm", f"sqlite3 {_ALARMS} \"UPDATE alarm_templates SET label = 'x'\""),
    "the alarm is off on other days": (
        "PhoneAlarmOff",
        f"sqlite3 {_ALARMS} 'UPDATE alarm_templates SET daysofweek = 3 WHERE enabled = 0'",
    ),
    "a second timer": ("PhoneTimer", f'sed -i \'s#</map>#<int name="timer_state_7" value="3" /></map>#\' {_CLOCK}'),
    "another name for Bluetooth": ("PhoneDeviceName", "settings put secure bluetooth_name Another"),
    "a number of another type": (
        "PhoneChangeNumber",
        f"content update {_PHONE_ROWS} AND data1 = '{{number}}'\" --bind data2:i:3",
    ),
    "a letter in the number": (
        "PhoneAddContact",
        f"content update {_PHONE_ROWS} AND data1 = '{{number}}'\" --bind data1:s:{{number}}x",
    ),
    "how long it does not disturb": ("PhoneDoNotDisturb", "settings put global zen_duration 15"),
    "the volume of another output": ("PhoneMediaVolume", "settings put system volume_music_headset 3"),
    "another network forgotten": ("PhoneJoinWifi", f"sed -i 's#AndroidWifi#Elsewhere#' {_NETWORKS}"),
    "a timetable for dark mode": ("PhoneDarkTheme", "settings put secure ui_night_mode_custom_type 2"),
}


@pytest.mark.parametrize("template", PHONE, ids=lambda template: template.name)
def test_planner_tells_a_done_task_from_an_undone_one(template: TaskTemplate) -> None:
    async def scenario() -> None:
        task, other = task_of(template, 0), task_of(template, 0, about=101)
        async with phone() as device:
            expert = await attempted(device, template, task, Scripted(template, task))
            verdict = await judged(device, expert)
            assert (wanted(expert), verdict.decision, verdict.confidence) == ("success", "success", 0.95), verdict
            assert verdict.faults == ()

            idle = await attempted(device, template, task, NoopPolicy())
            assert (await judged(device, idle)).decision == wanted(idle) == "failure"

            short = await attempted(device, template, task, Scripted(template, task, last=len(done(expert)) - 1))
            verdict = await judged(device, short)
            assert verdict.decision == wanted(short), told(verdict, task)

            wrong = await attempted(device, template, task, Scripted(template, other))
            verdict = await judged(device, wrong)
            assert verdict.decision == wanted(wrong), told(verdict, task)

    asyncio.run(scenario())


@pytest.mark.parametrize("template", PHONE, ids=lambda template: template.name)
def test_planner_sees_what_was_changed_besides(template: TaskTemplate) -> None:
    async def scenario() -> None:
        task = task_of(template, 1)
        # Each template with one of them: its place in the suite says which.
        names = list(BESIDES)
        line = BESIDES[names[PHONE.index(template) % len(names)]]
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task), line)
            verdict = await judged(device, episode)
        assert (wanted(episode), verdict.decision) == ("success", "failure"), told(verdict, task)
        besides = [piece for piece in verdict.evidence if piece.probe.startswith(SIDE_EFFECTS)]
        assert besides and not any(piece.holds for piece in besides)

    asyncio.run(scenario())


@pytest.mark.parametrize("what", NEAR_MISSES)
def test_change_within_what_the_goal_is_about_is_seen(what: str) -> None:
    """The evaluators do not look at these; the place is one that the goal has changed."""

    async def scenario() -> None:
        name, line = NEAR_MISSES[what]
        template = SUITE.template(name)
        task = task_of(template, 0)
        async with phone() as device:
            episode = await attempted(
                device,
                template,
                task,
                Scripted(template, task),
                line.replace("{number}", str(task.params.get("number"))),
            )
            verdict = await judged(device, episode)
        assert verdict.decision == "failure", told(verdict, task)

    asyncio.run(scenario())


@pytest.mark.parametrize("what", BESIDES)
def test_every_kind_of_side_effect_is_evidence(what: str) -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneBluetooth")
        task = task_of(template, 0)
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task), BESIDES[what])
            verdict = await judged(device, episode)
        besides = [piece for piece in verdict.evidence if piece.probe.startswith(SIDE_EFFECTS) and not piece.holds]
        assert verdict.decision == "failure" and len(besides) == 1, verdict

    asyncio.run(scenario())


def test_second_contact_of_the_same_name_is_no_replaced_number() -> None:
    """The evaluator's rows hold: the name has the new number, and nobody has the old one."""

    async def scenario() -> None:
        template = SUITE.template("PhoneAddContact")
        task = task_of(template, 0)
        name, number = f"{task.params['first']} {task.params['last']}", task.params["number"]
        insert = "content insert --uri content://com.android.contacts"
        twice = (
            f"{insert}/raw_contacts --bind account_type:s: --bind account_name:s:",
            f"{insert}/data --bind raw_contact_id:i:REST --bind mimetype:s:vnd.android.cursor.item/name",
        )
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task), twice[0])
            listed = (await device.shell("content query --uri content://com.android.contacts/raw_contacts")).stdout
            last = max(int(part.split(b"=")[1]) for part in listed.replace(b",", b"").split() if part[:4] == b"_id=")
            for kind, value in (("name", name), ("phone_v2", number)):
                line = (
                    f"{insert}/data --bind raw_contact_id:i:{last} "
                    f"--bind mimetype:s:vnd.android.cursor.item/{kind} --bind 'data1:s:{value}'"
                )
                assert (await device.shell(line)).exit_code == 0
            verdict = await judged(device, episode)
        assert verdict.decision == "failure", verdict
        assert "2 with" in verdict.reason

    asyncio.run(scenario())


def test_field_that_was_not_asked_for_is_seen_in_the_contact_itself() -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneStarContact")
        task = task_of(template, 0)
        name = f"{task.params['first']} {task.params['last']}"
        rows = "content query --uri content://com.android.contacts/data --projection raw_contact_id:display_name"
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task))
            listed = (await device.shell(rows)).stdout.decode().splitlines()
            (number,) = {line.split("raw_contact_id=")[1].split(",")[0] for line in listed if line.endswith(f"={name}")}
            mail = (
                f"content insert --uri content://com.android.contacts/data --bind raw_contact_id:i:{number} "
                "--bind mimetype:s:vnd.android.cursor.item/email_v2 --bind data1:s:a@example.org"
            )
            assert (await judged(device, episode)).decision == "success"
            assert (await device.shell(mail)).exit_code == 0
            verdict = await judged(device, episode)
        assert verdict.decision == "failure" and "a@example.org" in verdict.reason, verdict

    asyncio.run(scenario())


def test_goal_met_at_the_start_is_a_success_that_says_so() -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneBluetooth")
        task = task_of(template, 0)
        turned = "svc bluetooth disable" if task.params["state"] == "off" else "svc bluetooth enable"
        async with phone() as device:
            episode = await attempted(device, template, task, NoopPolicy(), turned)
            assert await keep_start(device)
            verdict = await judged(device, episode)
        assert verdict.decision == "success" and "at the start already" in verdict.reason

    asyncio.run(scenario())


def test_goal_that_is_not_understood_is_undecided_with_the_reason() -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneBluetooth")
        task = task_of(template, 0)
        async with phone() as device:
            episode = await attempted(device, template, task, NoopPolicy())
            strange = replace(episode, task=replace(task, goal="Book a table for two."))
            verdict = await judged(device, strange)
        assert verdict.decision == "undecided" and verdict.confidence == 0.0
        assert "no kind that the planner knows" in verdict.reason

    asyncio.run(scenario())


def test_something_to_delete_that_never_was_is_undecided() -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneDeleteContact")
        task = task_of(template, 0)
        async with phone() as device:
            episode = await attempted(device, template, task, NoopPolicy())
            strange = replace(episode, task=replace(task, goal="Delete Nobody Atall from the contacts."))
            verdict = await judged(device, strange)
        assert verdict.decision == "undecided", verdict
        assert any("no contact was called Nobody Atall at the start" in fault for fault in verdict.faults)

    asyncio.run(scenario())


def test_without_the_start_a_check_of_the_end_is_worth_medium_confidence() -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneBluetooth")
        task = task_of(template, 0)
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task))
            await device.snapshot_delete(START)
            verdict = await judged(device, episode)
        assert (verdict.decision, verdict.confidence) == ("success", 0.75), verdict
        assert "could not be seen" in verdict.reason and verdict.faults

    asyncio.run(scenario())


def test_without_a_shell_what_the_screens_showed_stands() -> None:
    async def scenario() -> None:
        template = SUITE.template("PhoneBluetooth")
        task = task_of(template, 0)
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task))
            blind = AgenticVerifier(thinker=PlannerThinker(), shell=False)
            verdict = await blind.verify(case_of(episode), SnapshotScene(device))
            recorded = await blind.verify(case_of(episode), None)
        assert verdict.confidence < 0.95 and verdict.evidence == recorded.evidence

    asyncio.run(scenario())
