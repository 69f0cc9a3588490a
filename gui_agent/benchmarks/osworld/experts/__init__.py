"""Experts: scripts that solve tasks with mouse and keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device_farm.types.action import Terminate
from gui_agent.benchmarks.base import LOOK, Script
from gui_agent.benchmarks.osworld.experts import (
    browser,
    image_editor,
    office,
    osworld_calc,
    osworld_impress,
    osworld_writer,
    player,
    programs,
    terminal,
)
from gui_agent.benchmarks.osworld.taskfile import TaskFile
from gui_agent.benchmarks.ui import Plain


def find_expert(file: TaskFile) -> Script | None:
    """The expert at work on the task; None where there is none.

    Of a task that cannot be done it knows so from the task file, as an expert may: it looks and says so.
    """
    if file.functions == ("infeasible",):
        return _give_up()
    play = _plays().get(file.id)
    return None if play is None else _to_the_end(play)


def _plays() -> Mapping[str, Callable[[], Plain]]:
    families = (
        office,
        browser,
        programs,
        terminal,
        image_editor,
        player,
        osworld_calc,
        osworld_writer,
        osworld_impress,
    )
    return {name: play for family in families for name, play in family.PLAYS.items()}


def _to_the_end(play: Callable[[], Plain]) -> Script:
    yield from play()
    yield Terminate(status="success")


def _give_up() -> Script:
    yield LOOK
    yield Terminate(status="failure", reason="the task is infeasible")
