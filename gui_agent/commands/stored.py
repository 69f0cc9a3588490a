"""A stored run as replay and verify need it: its suite, its devices, its episodes."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from device_farm.client import FarmClient
from device_farm.config import load_config
from device_farm.errors import ConfigError, DataError
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode
from gui_agent.benchmarks.base import Suite, TaskTemplate
from gui_agent.benchmarks.registry import ANDROIDWORLD, OSWORLD, suite_of_task
from gui_agent.commands.settings import config_from
from gui_agent.composition import check_farm, chosen_backends, opened_farm, suite_of, worker_count
from gui_agent.config import RunConfig
from gui_agent.runner.events import Listener
from gui_agent.runner.replay import Comparison, replay_all
from gui_agent.runner.watch import watched
from gui_agent.store.reader import RunReader


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """`config` is that of the run with this command's devices laid over it."""

    reader: RunReader
    config: RunConfig
    template_of: Callable[[Task], TaskTemplate]
    suite: Suite


def open_stored(namespace: argparse.Namespace) -> StoredRun:
    """Raises ConfigError and DataError before any device is started."""
    reader = RunReader(namespace.run)
    stored = _without_foreign_code(reader.config(), namespace)
    try:
        config = load_config(RunConfig, defaults=stored)
    except ConfigError as error:
        raise DataError(f"{reader.layout.config}: {error}", field="config.toml") from error
    flags = argparse.Namespace(
        config=[],
        overrides=[],
        farm=namespace.farm,
        backend=namespace.backend,
        devices=namespace.devices,
        desktops=namespace.desktops,
        apps=getattr(namespace, "apps", []),
    )
    chosen = config_from(flags)
    updates = {name: getattr(chosen, name) for name in chosen.model_fields_set}
    config = config.model_copy(update=updates)
    check_farm(config.farm)
    if namespace.suite:
        config = config.model_copy(update={"suite": namespace.suite})
    elif config.suite not in (ANDROIDWORLD, OSWORLD):
        suite_of_task(config.suite)
    suite = suite_of(config)
    return StoredRun(reader=reader, config=config, template_of=lambda task: suite.template(task.template), suite=suite)


def _without_foreign_code(stored: dict[str, Any], namespace: argparse.Namespace) -> dict[str, Any]:
    """A run folder may come from anywhere: what it says to import is not imported, and its policy is not needed."""
    backends = [entry for entry in stored.get("backends", []) if isinstance(entry, dict)]
    if not namespace.backend and any(entry.get("type") == "import" for entry in backends):
        raise ConfigError("the run used a backend by import path", field="backends", fix="name it with --backend")
    own_apps = [*stored.get("apps", []), *(path for entry in backends for path in entry.get("apps", []))]
    if own_apps and not getattr(namespace, "apps", None):
        raise ConfigError("the run used apps by import path", field="apps", fix=f"--app {' --app '.join(own_apps)}")
    left = {key: value for key, value in stored.items() if key not in ("policy", "verifier", "farm", "apps")}
    for name in (ANDROIDWORLD, OSWORLD):
        section = left.get(name)
        if isinstance(section, dict):
            # An interpreter is a program to run.
            left[name] = {key: value for key, value in section.items() if key != "python"}
    return {**left, "backends": []} if namespace.backend else left


async def replay_stored(
    run: StoredRun, episodes: Sequence[Episode], listeners: Sequence[Listener] = ()
) -> list[Comparison]:
    """Re-executes `episodes` on the run's kind of devices."""
    async with opened_devices(run, episodes) as (client, workers):
        work = replay_all(episodes, client, run.template_of, workers, run.reader.pixels, listeners)
        return await watched(client, work, listeners, local=not run.config.farm.address)


@asynccontextmanager
async def opened_devices(
    run: StoredRun, episodes: Sequence[Episode]
) -> AsyncIterator[tuple[FarmClient, dict[Platform, int]]]:
    """A farm of the run's kind of devices, and how many of each platform work at once. Raises as `opened_farm`."""
    platforms: list[Platform] = sorted({episode.task.platform for episode in episodes})
    backends = () if run.config.farm.address else chosen_backends(run.config, platforms)
    workers: dict[Platform, int] = {
        platform: worker_count(run.config, backends, platform, platforms) for platform in platforms
    }
    async with run.suite.opened(None), opened_farm(run.config.farm, backends) as client:
        yield client, workers


async def load_episodes(run: StoredRun, ids: Sequence[str]) -> list[Episode]:
    """The named episodes, or all of them. Raises ConfigError and DataError."""
    wanted = list(ids) or run.reader.episode_ids()
    return [(await asyncio.to_thread(run.reader.load, name)).episode for name in wanted]
