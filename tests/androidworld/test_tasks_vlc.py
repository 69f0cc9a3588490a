"""VLC tasks: the expert wins by touch, doing nothing fails."""

from __future__ import annotations

import pytest
from restated_play import check_expert_wins, check_noop_scores

from gui_agent.benchmarks.androidworld.tasks.vlc import TEMPLATES
from gui_agent.benchmarks.base import TaskTemplate


def test_both_vlc_tasks_are_there() -> None:
    assert len(TEMPLATES) == 2


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_vlc_task(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_doing_nothing_fails_vlc_task(template: TaskTemplate) -> None:
    check_noop_scores(template, range(1))


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_vlc_task_on_ten_seeds(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2, 12))
