"""The planner against the restated evaluators of AndroidWorld's tasks, on simulated phones."""

from __future__ import annotations

import asyncio

import pytest
from attempts import Scripted, attempted, judged, phone, told, wanted

from device_farm.types.task import Task
from gui_agent.benchmarks.androidworld.tasks import SUITE
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.noop import NoopPolicy
from verifier.planner.goals import understand

SEED = 1
NOT_UNDERSTOOD = {
    # What a page shows once it is solved, what is on the clipboard, in a picture or in a video: no state tells it.
    *("BrowserDraw", "BrowserMaze", "BrowserMultiply", "SystemCopyToClipboard", "SimpleSmsSendClipboardContent"),
    *("MarkorCreateNoteFromClipboard", "MarkorTranscribeReceipt", "MarkorTranscribeVideo"),
    *("ExpenseAddMultipleFromGallery", "RecipeAddMultipleRecipesFromImage"),
    # The words may be read in two ways.
    *("MarkorCreateNoteAndSms", "RetroSavePlaylist"),
    # Prose would have to be understood.
    "NotesMeetingAttendeeCount",
    *("OsmAndFavorite", "OsmAndMarker", "OsmAndTrack"),
}
MET_AT_THE_START = {
    # It stands already; the evaluator also wants to see it on the screen, of which the goal says nothing.
    "ClockStopWatchPausedVerify"
}
KNOWN = [template for template in SUITE.templates if template.name not in NOT_UNDERSTOOD]


def _kinds(template: TaskTemplate) -> tuple[str, ...]:
    understood = understand(template.task(SUITE.name, SEED).goal, "android")
    return () if understood is None else understood.kinds


# One template for every kind of goal; the others of a kind differ in values and in the length of the way.
ONE_A_KIND = {_kinds(template): template.name for template in reversed(KNOWN)}.values()


@pytest.mark.parametrize("seed", range(5))
def test_goals_of_androidworld_are_understood_but_for_those_that_are_named(seed: int) -> None:
    tasks = [template.task(SUITE.name, seed) for template in SUITE.templates]
    strange = {task.template for task in tasks if understand(task.goal, task.platform) is None}
    assert strange == NOT_UNDERSTOOD
    assert len(KNOWN) == len(SUITE.templates) - len(NOT_UNDERSTOOD)


async def _agree(template: TaskTemplate, task: Task) -> None:
    async with phone() as device:
        expert = await attempted(device, template, task, Scripted(template, task))
        verdict = await judged(device, expert)
        assert (wanted(expert), verdict.decision, verdict.confidence) == ("success", "success", 0.95), told(
            verdict, task
        )
        idle = await attempted(device, template, task, NoopPolicy())
        verdict = await judged(device, idle)
        if template.name in MET_AT_THE_START:
            assert "at the start already" in verdict.reason
        else:
            assert verdict.decision == wanted(idle), told(verdict, task)


def _marked(template: TaskTemplate) -> object:
    marks = () if template.name in ONE_A_KIND else (pytest.mark.slow,)
    return pytest.param(template, marks=marks, id=template.name)


@pytest.mark.parametrize("template", [_marked(template) for template in KNOWN])
def test_planner_and_restated_evaluator_agree(template: TaskTemplate) -> None:
    asyncio.run(_agree(template, template.task(SUITE.name, SEED)))


def _sql(database: str, statement: str) -> str:
    return f'sqlite3 /data/data/{database} "{statement}"'


_CALENDAR = "com.simplemobiletools.calendar.pro/databases/events.db"
_STORAGE = "/storage/emulated/0"
_PLAYLIST = "INSERT INTO PlaylistEntity (playlist_name) VALUES ('Another')"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "ExpenseDeleteMultiple2",
            _sql("com.arduia.expense/databases/accounting.db", "DELETE FROM expense WHERE expense_id = 1"),
        ),
        (
            "RecipeAddSingleRecipe",
            _sql("com.flauschcode.broccoli/databases/broccoli", "UPDATE recipes SET favorite = 1 WHERE recipeId = 1"),
        ),
        ("SimpleCalendarAddOneEvent", _sql(_CALENDAR, "UPDATE events SET title = 'x' WHERE id = 1")),
        ("SimpleCalendarAddOneEvent", _sql(_CALENDAR, "UPDATE events SET reminder_1_minutes = 7 WHERE id = 1")),
        ("SimpleSmsSend", "content insert --uri content://sms/sent --bind address:s:+12025550100 --bind body:s:Hello"),
        ("MarkorCreateNote", f"echo x > {_STORAGE}/Documents/Markor/another.md"),
        ("CameraTakePhoto", f"echo x > {_STORAGE}/Pictures/another.jpg"),
        (
            "MarkorDeleteNewestNote",
            f'rm {_STORAGE}/Documents/Markor/"$(ls -t {_STORAGE}/Documents/Markor | tail -n 1)"',
        ),
        ("RetroPlayingQueue", _sql("code.name.monkey.retromusic/databases/playlist.db", _PLAYLIST)),
        ("TasksDueOnDate", "settings put system screen_brightness 7"),
    ],
)
def test_one_deed_more_than_asked_is_a_failure(name: str, line: str) -> None:
    template = SUITE.template(name)
    task = template.task(SUITE.name, SEED)

    async def scenario() -> None:
        async with phone() as device:
            episode = await attempted(device, template, task, Scripted(template, task), line)
            assert wanted(episode) == "success"
            verdict = await judged(device, episode)
            assert verdict.decision == "failure", told(verdict, task)

    asyncio.run(scenario())
