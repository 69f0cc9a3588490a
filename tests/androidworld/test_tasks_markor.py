"""Markor tasks: the expert wins, doing nothing does not."""

from __future__ import annotations

import pytest
from restated_play import check_expert_wins, check_noop_scores

from gui_agent.benchmarks.androidworld.tasks import markor, markor_delete, markor_media, markor_write
from gui_agent.benchmarks.base import TaskTemplate

TEMPLATES = (*markor.TEMPLATES, *markor_delete.TEMPLATES, *markor_media.TEMPLATES, *markor_write.TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_markor_task(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_doing_nothing_fails_markor_task(template: TaskTemplate) -> None:
    check_noop_scores(template, range(2))


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_markor_task_on_ten_seeds(template: TaskTemplate) -> None:
    check_expert_wins(template, range(10))
