"""Tasks.org tasks: the expert wins by what it sees, doing nothing does not."""

from __future__ import annotations

import pytest
from restated_play import check_expert_wins, check_noop_scores

from gui_agent.benchmarks.androidworld.tasks.tasks_app import TEMPLATES
from gui_agent.benchmarks.base import TaskTemplate


def test_tasks_app_templates_are_the_six_tasks() -> None:
    assert len({template.name for template in TEMPLATES}) == len(TEMPLATES) == 6


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_tasks_app_task(template: TaskTemplate) -> None:
    check_expert_wins(template, (3,))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_doing_nothing_fails_tasks_app_task(template: TaskTemplate) -> None:
    check_noop_scores(template, (3,))


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_tasks_app_task_on_ten_seeds(template: TaskTemplate) -> None:
    check_expert_wins(template, range(10))
