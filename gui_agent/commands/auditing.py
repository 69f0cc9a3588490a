"""What `farm verify audit SUITE` does."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from device_farm.cli.command import Exit
from gui_agent.commands.judging import chosen_verifier, plain
from gui_agent.commands.settings import config_from
from gui_agent.composition import make_plan, opened_farm
from gui_agent.policies.config import NoopConfig
from gui_agent.runner.episode import Limits
from gui_agent.runner.progress import open_display
from gui_agent.runner.watch import watched
from gui_agent.verification.audit import Untouched, try_untouched
from gui_agent.verification.record import short


async def run_audit(namespace: argparse.Namespace) -> int:
    """Exit code 1 where a task passes untouched, 4 where more tasks broke than the config allows.

    Raises:
        ConfigError, PrerequisiteError: found before any device was started.
    """
    namespace.verifier, verifier = None, chosen_verifier(namespace, default="agentic")
    namespace.combinations = namespace.seeds
    config = config_from(namespace).model_copy(update={"policy": NoopConfig(), "verifier": verifier})
    plan = await make_plan(config)
    config = plan.config
    limits = Limits(set_up_s=config.limits.set_up_s, evaluate_s=config.limits.evaluate_s)
    assert plan.suite is not None
    with open_display(sys.stderr) as display:
        async with plan.suite.opened(None), opened_farm(config.farm, plan.backends) as client:
            work = try_untouched(
                plan.tasks,
                plan.template_of,
                client,
                plan.workers,
                verifier=plan.verifier,
                template=config.farm.template,
                limits=limits,
                listeners=[display],
            )
            found = await watched(client, work, [display], local=not config.farm.address)
    _print(found)
    if namespace.json:
        sys.stdout.write(json.dumps(figures(plan.suite.name, found)) + "\n")
    if any(one.passed_by for one in found):
        return Exit.FAILED
    broken = sum(one.broken for one in found)
    return Exit.INFRASTRUCTURE if broken > config.max_infra_share * len(found) else Exit.DONE


def figures(suite: str, found: Sequence[Untouched]) -> dict[str, Any]:
    """What the last line says. `undecided` counts tasks of which the verifier cannot tell."""
    return {
        "suite": suite,
        "tasks": len(found),
        "templates": len({one.task.template for one in found}),
        "satisfied": [_row(one) for one in found if one.passed_by],
        "partly": [_row(one) for one in found if one.partly],
        "broken": [_row(one) for one in found if one.broken],
        "undecided": sum(one.verdict is None or one.verdict.decision == "undecided" for one in found),
    }


def _row(one: Untouched) -> dict[str, Any]:
    verdict = one.verdict
    return {
        "task": one.task.id,
        "goal": one.task.goal,
        "passed_by": list(one.passed_by),
        "evaluator": short(one.evaluator),
        "verifier": None if verdict is None else verdict.decision,
        "reason": "" if verdict is None else verdict.reason,
    }


def _print(found: Sequence[Untouched]) -> None:
    console = Console(file=sys.stdout, width=160 if not sys.stdout.isatty() else None)
    listed = [one for one in found if one.passed_by or one.partly or one.broken]
    table = Table(box=None, header_style="bold")
    for column in ("task", "goal", "evaluator", "verifier", "why"):
        table.add_column(column)
    for one in listed:
        said, why = ("-", "") if one.verdict is None else (one.verdict.decision, one.verdict.reason)
        row = (one.task.id, one.task.goal, short(one.evaluator), said, why)
        table.add_row(*map(plain, row), style="red" if one.passed_by else "")
    if listed:
        console.print(table)
    passed = sum(bool(one.passed_by) for one in found)
    console.print(f"{len(found)} tasks, {passed} of them pass with nothing done")
