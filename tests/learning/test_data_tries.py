"""Tasks by how many tries they took."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stored_runs import DONE, TAP_FIRST, episode, steps_of, write_run

from device_farm.errors import DataError
from device_farm.types.trajectory import Scored, Undecided
from gui_agent.datasets.tries import Tries
from gui_agent.training.config import DataConfig
from gui_agent.training.recipes import load_trajectories

FAILED = Scored(reward=0.0)
STEPS = steps_of(TAP_FIRST, DONE)


def tried(tmp_path: Path) -> Path:
    """Five tasks: solved at once; at the third try, group 10 after group 9; never; tried once; judged too late."""
    return write_run(
        tmp_path / "run",
        episode("at-once~0.0", STEPS),
        episode("at-once~0.1", STEPS, FAILED),
        episode("later~10.0", STEPS),
        episode("later~9.0", STEPS, FAILED),
        episode("later~9.1", STEPS, FAILED),
        episode("never~1.0", STEPS, FAILED),
        episode("single", STEPS),
        episode("unjudged~2.0", STEPS, Undecided(reason="who knows")),
        episode("unjudged~2.1", STEPS),
    )


@pytest.mark.parametrize(
    ("tries", "names"),
    [
        ("one", ["at-once~0.0", "single", "unjudged~2.1"]),
        ("several", ["later~10.0"]),
    ],
)
def test_first_success_of_each_task_is_taken_by_how_many_tries_it_took(
    tries: Tries, names: list[str], tmp_path: Path
) -> None:
    found = load_trajectories(DataConfig(path=str(tried(tmp_path)), tries=tries))
    assert [one.id for one in found] == [f"s/T/{name}" for name in names]


def test_all_tries_are_taken_unless_asked_otherwise(tmp_path: Path) -> None:
    assert len(load_trajectories(DataConfig(path=str(tried(tmp_path))))) == 8


def test_data_without_such_a_task_is_an_error_that_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("x", STEPS), episode("y", STEPS))
    with pytest.raises(DataError, match=r"data\.tries: none of 2 trajectories .*solved at a later try"):
        load_trajectories(DataConfig(path=str(run), tries="several"))
