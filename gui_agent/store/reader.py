"""Reads a run folder. Steps come without pixels and trees until they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from device_farm.errors import ConfigError, DataError
from device_farm.types.observation import Observation, Screenshot
from device_farm.types.trajectory import Episode
from device_farm.types.ui_tree import UiTree
from gui_agent.store.blobs import read_image, read_tree
from gui_agent.store.layout import Layout
from gui_agent.store.lines import read_lines
from gui_agent.store.record import StoredEpisode, unpack
from gui_agent.store.writer import read_config

T = TypeVar("T")


class RunReader:
    """A run folder, also one that is still being written."""

    verifier = ""
    """Whose verdicts the outcomes are; "": what was recorded."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        if not self.layout.episodes.is_dir():
            raise ConfigError(f"{root} holds no run", field="RUN", fix="give the folder that --out named")

    def config(self) -> dict[str, Any]:
        return read_config(self.layout)

    def episode_ids(self) -> list[str]:
        """Sorted; half-written ones are left out."""
        return sorted(entry.name for entry in self.layout.episodes.iterdir() if not entry.name.startswith("."))

    def load(self, episode_id: str) -> StoredEpisode:
        """Raises ConfigError for an unknown id and DataError for damaged files."""
        plain = "/" not in episode_id and not episode_id.startswith(".")
        if not (plain and episode_id and self.layout.episode(episode_id).is_dir()):
            fix = f"see {self.layout.episodes}"
            raise ConfigError(f"no episode {episode_id!r}", field="--episode", fix=fix)
        return unpack(self.layout.episode(episode_id))

    def episodes(self) -> Iterator[StoredEpisode]:
        for episode_id in self.episode_ids():
            yield unpack(self.layout.episode(episode_id))

    def pixels(self, screenshot: Screenshot) -> bytes:
        """The encoded image. Raises DataError."""
        return read_image(self.layout, screenshot.digest, screenshot.format)

    def tree(self, digest: str) -> UiTree:
        """Raises DataError."""
        return read_tree(self.layout, digest)

    def complete(self, stored: StoredEpisode, *, lost: list[str] | None = None) -> Episode:
        """The episode with all its pixels and trees, equal to the one that was stored.

        What is missing or damaged is left out and named in `lost`; without that list it raises DataError.
        """
        episode = stored.episode
        steps = tuple(
            replace(step, observation=self._fill(step.observation, tree, lost))
            for step, tree in zip(episode.steps, stored.trees, strict=True)
        )
        final = None if episode.final is None else self._fill(episode.final, stored.final_tree, lost)
        return replace(episode, steps=steps, final=final)

    def _fill(self, observation: Observation, tree: str | None, lost: list[str] | None) -> Observation:
        seen = observation.screenshot
        if seen is not None:
            shot = seen
            data = _or_lost(lambda: self.pixels(shot), lost)
            observation = replace(observation, screenshot=None if data is None else replace(shot, data=data))
        return replace(observation, ui_tree=None if tree is None else _or_lost(lambda: self.tree(tree), lost))

    def events(self) -> list[dict[str, Any]]:
        return read_lines(self.layout.events)

    def metrics(self) -> list[dict[str, Any]]:
        return read_lines(self.layout.metrics)


def _or_lost(read: Callable[[], T], lost: list[str] | None) -> T | None:
    try:
        return read()
    except DataError as error:
        if lost is None:
            raise
        lost.append(str(error))
        return None


def final_attempts(episodes: list[Episode]) -> list[Episode]:
    """The last attempt at each task, in order of task id; earlier ones failed for the infrastructure's reasons."""
    last: dict[str, Episode] = {}
    for episode in episodes:
        known = last.get(episode.task.id)
        if known is None or episode.attempt > known.attempt:
            last[episode.task.id] = episode
    return [last[task_id] for task_id in sorted(last)]
