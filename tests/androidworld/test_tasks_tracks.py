"""OpenTracks tasks: the expert reads the answer off the screen; no answer is no success."""

from __future__ import annotations

import pytest
from restated_play import check_expert_wins, check_noop_scores

from gui_agent.benchmarks.androidworld.tasks.tracks import TEMPLATES
from gui_agent.benchmarks.base import TaskTemplate


def test_all_six_tracks_tasks_are_there() -> None:
    assert len(TEMPLATES) == 6


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_tracks_task(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_doing_nothing_fails_tracks_task(template: TaskTemplate) -> None:
    check_noop_scores(template, range(1))


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_tracks_task_on_ten_seeds(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2, 12))
