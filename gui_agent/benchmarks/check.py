"""Looks over a suite from outside before anything runs: what is wrong names the template, its attribute and the fix."""

from __future__ import annotations

import string

from device_farm.errors import ConfigError
from gui_agent.benchmarks.base import Suite, TaskTemplate


def check_suite(suite: Suite, path: str) -> None:
    """Raises ConfigError for the first thing that could not work. `path` is where the suite was found."""
    if not suite.name or "/" in suite.name:
        _fail(f"{path}.name", f"{suite.name!r} is no name", "use letters, digits, _ and -")
    if not suite.templates:
        _fail(f"{path}.templates", "is empty", "list at least one TaskTemplate object")
    seen: set[str] = set()
    for number, template in enumerate(suite.templates):
        where = f"{path}.templates[{number}]"
        if not isinstance(template, TaskTemplate):
            kind = template.__name__ if isinstance(template, type) else type(template).__name__
            fix = f"write {kind}()" if isinstance(template, type) else "use a subclass of TaskTemplate"
            _fail(where, f"{kind} is not the object of a TaskTemplate", fix)
        _check_template(template, where)
        if template.name in seen:
            _fail(f"{where}.name", f"{template.name!r} is there twice", "give every template a name of its own")
        seen.add(template.name)
    for template in suite.templates:
        # Samples and checks its parameters, and writes its goal.
        template.task(suite.name, 0)


def _check_template(template: TaskTemplate, where: str) -> None:
    kind = type(template)
    for attribute in ("name", "goal"):
        if not isinstance(getattr(kind, attribute, None), str) or not getattr(kind, attribute).strip():
            _fail(f"{where}.{attribute}", f"{kind.__name__} states none", f'write {attribute} = "..." in the class')
    if kind.platform not in ("android", "desktop"):
        _fail(f"{where}.platform", f"{kind.platform!r} is none", 'write "android" or "desktop"')
    if kind.max_steps < 1:
        _fail(f"{where}.max_steps", f"{kind.max_steps} is out of range", "use at least 1")
    if kind.time_budget_s <= 0:
        _fail(f"{where}.time_budget_s", f"{kind.time_budget_s} is out of range", "use more than 0 seconds")
    if kind.goal_text is TaskTemplate.goal_text:
        _check_goal(kind, where)


def _check_goal(kind: type[TaskTemplate], where: str) -> None:
    try:
        used = [field for _, field, _, _ in string.Formatter().parse(kind.goal) if field is not None]
    except ValueError as error:
        _fail(f"{where}.goal", f"{kind.goal!r} is no format string: {error}", "write {{ and }} for braces")
    for field in used:
        name = field.partition(".")[0].partition("[")[0]
        if name not in kind.params:
            fix = f"declare it in params, or leave it out; params has: {', '.join(kind.params) or 'nothing'}"
            _fail(f"{where}.goal", f"{{{field}}} is no parameter of {kind.__name__}", fix)


def _fail(where: str, message: str, fix: str) -> None:
    raise ConfigError(f"{where}: {message}", field="--suite", fix=fix)
