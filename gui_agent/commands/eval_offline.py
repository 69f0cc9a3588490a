"""What `farm eval --offline` does: a policy's replies to an expert's screens, stored as they come, then scored."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError, DataError
from device_farm.types.task import Task
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.commands.eval_folder import OfflineFolder, digest_of
from gui_agent.commands.scoring import SCORERS, load_tasks, sop_json, sop_text
from gui_agent.commands.settings import config_from
from gui_agent.datasets.types import Trajectory
from gui_agent.matching.base import Matcher
from gui_agent.matching.offline import SPACE, WRITTEN, Played, play
from gui_agent.matching.sop import report, score_task
from gui_agent.policies.base import Policy
from gui_agent.policies.config import (
    ChatConfig,
    ExpertConfig,
    OpenAiConfig,
    PolicyConfig,
    ReplayConfig,
    TransformersConfig,
    VllmConfig,
)
from gui_agent.policies.loader import load_policy
from gui_agent.runner.failures import first_error

_PARALLEL = 4
_NEVER = 1_000_000
_LINE_EVERY_S = 5.0
_LOOKED_AT = 5


async def run_offline(namespace: argparse.Namespace) -> int:
    """Asks, stores and scores.

    Raises:
        ConfigError, DataError, PrerequisiteError: before anything was asked.
        PolicyError: the model cannot be loaded.
    """
    config = config_from(namespace)
    _check_policy(config.policy)
    if config.lookahead is not None:
        raise ConfigError("stored screens lead nowhere", field="--lookahead", fix="leave it out")
    left_out = Counter[str]()
    tasks = await asyncio.to_thread(_load, namespace, left_out)
    matchers = _matchers(namespace.data)
    policy = load_policy(_lenient(config.policy), _no_template)
    wanted = range(min(len(tasks), namespace.episodes or len(tasks)))
    parallel = namespace.parallel or _parallel(config.policy)
    if namespace.dry_run:
        return _describe(tasks, len(wanted), left_out, policy, as_json=namespace.json)
    await asyncio.to_thread(_check_screens, tasks)
    out: Path = namespace.out or Path("runs") / f"offline-{config.policy.type}-{time.strftime('%Y%m%d-%H%M%S')}"
    data = {"path": str(namespace.data), "digest": digest_of(tasks), "tasks": len(tasks)}
    with OfflineFolder(out) as folder:
        finished = folder.open(config, data, resume=namespace.resume)
        asking = Asking(
            tasks=tasks,
            policy=policy,
            matchers=tuple(matchers.values()),
            folder=folder,
            parallel=parallel,
            reply_timeout_s=namespace.reply_timeout,
        )
        try:
            async with policy:
                await asking.run([index for index in wanted if index not in finished])
        except asyncio.CancelledError:
            sys.stderr.write(f"interrupted; {len(folder.tasks())} tasks are stored in {out}; go on with --resume\n")
            raise
        finally:
            folder.write_predictions(len(tasks))
        result = _result(folder, tasks, matchers, namespace, asking, len(wanted), left_out)
        (out / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _print(result, as_json=namespace.json)
    if asking.stopped:
        sys.stderr.write(f"stopped: {asking.stopped}; what was finished is in {out}; go on with --resume\n")
    too_broken = bool(asking.stopped) or result["failed"] > config.max_infra_share * len(wanted)
    return Exit.INFRASTRUCTURE if too_broken else Exit.DONE


def _load(namespace: argparse.Namespace, left_out: Counter[str]) -> list[Trajectory]:
    if namespace.data is None:
        raise ConfigError("is missing", field="--data", fix="name a file of trajectories, or a run folder")
    tasks = list(load_tasks(namespace, left_out=left_out))
    if not tasks:
        raise DataError(f"{namespace.data} holds nothing to compare with", field="--data")
    return tasks


def _matchers(data: Path) -> dict[str, Matcher]:
    """Both, for one pass to serve both; of a run folder the strict one alone."""
    return {"strict": SCORERS["strict"]} if data.is_dir() else SCORERS


def _check_policy(config: PolicyConfig) -> None:
    if isinstance(config, ExpertConfig | ReplayConfig):
        fix = "name a policy that looks at screens, such as --policy openai"
        raise ConfigError(f"{config.type} cannot be evaluated on stored screens", field="--policy", fix=fix)


def _lenient(config: PolicyConfig) -> PolicyConfig:
    """A reply that does not parse is a wrong one here: it ends the task by itself, and is no failure."""
    return config.model_copy(update={"malformed_limit": _NEVER}) if isinstance(config, ChatConfig) else config


def _no_template(task: Task) -> TaskTemplate:
    raise ConfigError("stored screens have no task behind them", field="--policy")


def _parallel(config: PolicyConfig) -> int:
    """As many tasks at once as the model takes calls at once."""
    match config:
        case OpenAiConfig():
            return config.concurrency * max(1, len(config.base_urls))
        case TransformersConfig() | VllmConfig():
            return config.batch
        case _:
            return _PARALLEL


def _check_screens(tasks: Sequence[Trajectory]) -> None:
    """Raises DataError where none of the first few can be read: then the images are elsewhere."""
    for task in tasks[:_LOOKED_AT]:
        try:
            task.steps[0].screen.read()
        except DataError as error:
            missing = error
        else:
            return
    raise DataError(missing.message, field="screenshot", fix="name the folder of the screens with --images")


@dataclass(slots=True, kw_only=True)
class Asking:
    """Tasks in parallel, each stored when it ends. Where 2 · `parallel` in a row break, the rest is not tried."""

    tasks: Sequence[Trajectory]
    policy: Policy
    matchers: tuple[Matcher, ...]
    folder: OfflineFolder
    parallel: int
    reply_timeout_s: float
    stopped: str = ""
    replies: int = 0
    wall_s: float = 0.0
    _broken_in_a_row: int = 0
    _done: int = 0
    _todo: list[int] = field(default_factory=list)

    async def run(self, indices: Sequence[int]) -> None:
        begun_s = time.monotonic()
        self._todo = list(reversed(indices))
        total = len(self._todo)
        watching = asyncio.create_task(self._watch(total, begun_s))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.parallel, total)):
                    group.create_task(self._worker())
        except ExceptionGroup as caught:
            raise first_error(caught) from caught
        finally:
            watching.cancel()
            self.wall_s = time.monotonic() - begun_s

    async def _worker(self) -> None:
        while self._todo and not self.stopped:
            index = self._todo.pop()
            task = self.tasks[index]
            played = await play(self.policy, task, self.matchers, reply_timeout_s=self.reply_timeout_s)
            # One at a time by nature: nothing is awaited here.
            self.folder.add(index, task.id, played)
            self._count(task, played)

    def _count(self, task: Trajectory, played: Played) -> None:
        self._done += 1
        self.replies += len(played.outputs)
        if not played.error:
            self._broken_in_a_row = 0
            return
        sys.stderr.write(f"{task.origin}: {played.error}\n")
        self._broken_in_a_row += 1
        if self._broken_in_a_row >= 2 * self.parallel:
            self.stopped = f"{self._broken_in_a_row} tasks in a row broke, the last by {played.error}"

    async def _watch(self, total: int, begun_s: float) -> None:
        while True:
            await asyncio.sleep(_LINE_EVERY_S)
            passed_s = time.monotonic() - begun_s
            rate = self.replies / passed_s
            sys.stderr.write(f"{self._done} of {total} tasks, {self.replies} replies, {rate:.1f} replies/s\n")


def _result(
    folder: OfflineFolder,
    tasks: Sequence[Trajectory],
    matchers: dict[str, Matcher],
    namespace: argparse.Namespace,
    asking: Asking,
    planned: int,
    left_out: Counter[str],
) -> dict[str, Any]:
    records = folder.records()
    played = folder.tasks()
    finished = [index for index in range(planned) if index in played and not played[index].error]
    broken = Counter(played[index].error.partition(":")[0] for index in range(planned) if index in played)
    scores = {
        name: [score_task(tasks[index], played[index].outputs, matcher, WRITTEN, SPACE) for index in finished]
        for name, matcher in matchers.items()
    }
    result = sop_json(scores[namespace.scorer], namespace.scorer, namespace.seed or 0)
    others = {name: report(found, seed=namespace.seed or 0).to_json() for name, found in scores.items()}
    return {
        **result,
        "scores": others,
        "planned": planned,
        "failed": planned - len(finished),
        "failures": {kind: count for kind, count in sorted(broken.items()) if kind},
        "left_out": dict(left_out),
        "replies": sum(len(played[index].outputs) for index in finished),
        "prompt_tokens": sum(int(records[index].get("prompt_tokens", 0)) for index in finished),
        "completion_tokens": sum(int(records[index].get("completion_tokens", 0)) for index in finished),
        "wall_s": round(asking.wall_s, 3),
        "replies_per_s": round(asking.replies / asking.wall_s, 3) if asking.wall_s else 0.0,
        "out": str(folder.root),
        "predictions": str(folder.predictions),
    }


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    sys.stdout.write(sop_text(result))
    if result["failed"]:
        sys.stdout.write(f"\n{result['failed']} of {result['planned']} tasks are not finished and not in the figures\n")
    sys.stdout.write(f"{result['predictions']}\n")
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")


def _describe(
    tasks: Sequence[Trajectory], planned: int, left_out: Counter[str], policy: Policy, *, as_json: bool
) -> int:
    steps = sum(len(task.steps) for task in tasks[:planned])
    facts = {"dry_run": True, "tasks": planned, "steps": steps, "left_out": dict(left_out), "policy": policy.name}
    text = json.dumps(facts) if as_json else f"{planned} tasks of {steps} steps under {policy.name}"
    sys.stdout.write(text + "\n")
    return Exit.DONE
