"""Settings, launcher and clipboard tasks: the expert wins, doing nothing wins only where nothing is to be done."""

from __future__ import annotations

import pytest
from restated_play import check_expert_wins, check_noop_scores

from gui_agent.benchmarks.androidworld.tasks.system import TEMPLATES
from gui_agent.benchmarks.base import TaskTemplate

# AndroidWorld's tasks that ask to check a state that holds already.
VACUOUS = tuple(template for template in TEMPLATES if template.name.endswith("Verify"))
REAL = tuple(template for template in TEMPLATES if template not in VACUOUS)


def test_all_sixteen_tasks_are_there() -> None:
    assert len(TEMPLATES) == 16 and len(VACUOUS) == 6


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_system_task(template: TaskTemplate) -> None:
    check_expert_wins(template, range(2))


@pytest.mark.parametrize("template", REAL, ids=lambda template: template.name)
def test_doing_nothing_fails_system_task(template: TaskTemplate) -> None:
    check_noop_scores(template, range(2))


@pytest.mark.parametrize("template", VACUOUS, ids=lambda template: template.name)
def test_doing_nothing_passes_a_task_that_only_verifies(template: TaskTemplate) -> None:
    check_noop_scores(template, range(1), 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_expert_wins_system_task_on_ten_seeds(template: TaskTemplate) -> None:
    check_expert_wins(template, range(10))
