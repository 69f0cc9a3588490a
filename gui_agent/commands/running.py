"""What `collect` and `eval` do: check, run, store, report, print."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from device_farm.cli.command import Exit
from gui_agent.benchmarks.registry import OSWORLD
from gui_agent.commands.settings import config_from
from gui_agent.composition import Plan, make_plan
from gui_agent.lookahead.agreement import figures_line, lookahead_figures
from gui_agent.report.write import write_report
from gui_agent.runner.collect import collect, open_writer
from gui_agent.runner.progress import open_display
from gui_agent.runner.summary import RunSummary, summarise
from gui_agent.store.reader import RunReader


async def run_suite(namespace: argparse.Namespace, *, with_interval: bool) -> int:
    """Runs what the arguments ask for and prints the figures.

    Raises:
        ConfigError, PrerequisiteError: found before any device was started.
    """
    plan = await make_plan(config_from(namespace))
    out = namespace.out or _default_folder(plan)
    open_writer(plan, out, resume=namespace.resume).check()
    if namespace.dry_run:
        return _describe(plan, out, as_json=namespace.json)
    try:
        with open_display(sys.stderr) as display:
            summary = await collect(plan, out, resume=namespace.resume, listeners=[display])
    except asyncio.CancelledError:
        _interrupted(plan, out, as_json=namespace.json)
        raise
    if plan.config.report:
        await asyncio.to_thread(write_report, out, summary=figures(summary, with_interval=True))
    more = result_details(plan, summary) if with_interval else {}
    if plan.config.lookahead is not None:
        more["lookahead"] = await asyncio.to_thread(lookahead_figures, RunReader(out))
        sys.stdout.write(f"{figures_line(more['lookahead'])}\n")
    _print(summary, out, as_json=namespace.json, with_interval=with_interval, more=more)
    too_broken = summary.infra_share > plan.config.max_infra_share
    return Exit.INFRASTRUCTURE if too_broken else Exit.DONE


def _default_folder(plan: Plan) -> Path:
    suite = plan.config.suite.rpartition(":")[0].rpartition(".")[2] or plan.config.suite
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return Path("runs") / f"{suite}-{plan.config.policy.type}-{stamp}"


def figures(summary: RunSummary, *, with_interval: bool) -> dict[str, Any]:
    """The contracted keys."""
    return {**summary.to_json(), **(summary.success_json() if with_interval else {})}


def result_details(plan: Plan, summary: RunSummary) -> dict[str, Any]:
    """What an evaluation says beside its counts: how its suite was run, and what the suite gives away for free."""
    noop_total = round(summary.reward, 4) if plan.config.policy.type == "noop" else None
    if plan.suite is None:
        return {"noop_total": noop_total}
    left_out = {"left_out": dict(plan.suite.left_out())} if plan.config.suite == OSWORLD else {}
    return {"noop_total": noop_total, **plan.suite.provenance(), **left_out}


def _describe(plan: Plan, out: Path, *, as_json: bool) -> int:
    counts: dict[str, int] = {}
    for task in plan.tasks:
        counts[task.template] = counts.get(task.template, 0) + 1
    if as_json:
        document = {"dry_run": True, "episodes": len(plan.tasks), "out": str(out), "workers": plan.workers}
        sys.stdout.write(json.dumps({**document, "templates": counts, "policy": plan.policy.name}) + "\n")
        return Exit.DONE
    lines = [f"{len(plan.tasks)} tasks under {plan.policy.name} into {out}"]
    lines += [f"  {count:5} x {name}" for name, count in counts.items()]
    source = plan.config.farm.address or ", ".join(sorted({backend.type for backend in plan.backends}))
    devices = ", ".join(f"{count} {platform}" for platform, count in plan.workers.items())
    lines.append(f"devices at once: {devices}, from {source}")
    sys.stdout.write("\n".join(lines) + "\n")
    return Exit.DONE


def _print(summary: RunSummary, out: Path, *, as_json: bool, with_interval: bool, more: Mapping[str, Any]) -> None:
    values = figures(summary, with_interval=with_interval)
    for task, why in {**summary.rejected, **more.get("left_out", {})}.items():
        sys.stdout.write(f"left out {task}: {why}\n")
    sys.stdout.write(f"{summary_line(values)}\n{out}\n")
    if (out / "report.html").exists():
        sys.stdout.write(f"{out / 'report.html'}\n")
    if as_json:
        sys.stdout.write(json.dumps({**values, **more, "out": str(out)}) + "\n")


def summary_line(values: dict[str, Any]) -> str:
    """The figures in a sentence."""
    parts = [f"{values['episodes']} episodes", f"{values['success']} succeeded"]
    parts += [f"{values[key]} {key}" for key in ("undecided", "infra_error", "timeout", "policy_error") if values[key]]
    if values.get("success_rate") is not None:
        low, high = values["interval"]
        parts.append(f"success rate {values['success_rate']:.1%} (95% interval {low:.1%} to {high:.1%})")
    if values.get("rejected"):
        parts.append(f"{len(values['rejected'])} tasks left out")
    parts.append(f"{values['steps']} steps in {values['wall_s']:.1f} s ({values['steps_per_s']:.1f} steps/s)")
    parts.append(f"devices {values['device_utilisation']:.0%} used")
    return ", ".join(parts)


def _interrupted(plan: Plan, out: Path, *, as_json: bool) -> None:
    wanted = {task.id for task in plan.tasks}
    episodes = [stored.episode for stored in RunReader(out).episodes() if stored.episode.task.id in wanted]
    sys.stderr.write(f"interrupted; {len(episodes)} episodes are stored in {out}; go on with --resume\n")
    if as_json:
        summary = summarise(episodes, planned=len(plan.tasks), steps=0, wall_s=0.0, device_utilisation=0.0)
        sys.stdout.write(json.dumps({**figures(summary, with_interval=False), "interrupted": True}) + "\n")
