"""Browser tasks: the expert wins, doing nothing does not."""

from __future__ import annotations

import pytest
from restated_play import check_expert_wins, check_noop_scores

from gui_agent.benchmarks.androidworld.tasks.browser import TEMPLATES
from gui_agent.benchmarks.base import TaskTemplate


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_browser_task(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_doing_nothing_fails_browser_task(template: TaskTemplate) -> None:
    check_noop_scores(template, range(2))


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_browser_task_on_ten_seeds(template: TaskTemplate) -> None:
    check_expert_wins(template, range(10))
