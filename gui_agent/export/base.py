"""What every export shares: which episodes go in, where images lie, what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device_farm.types.observation import ImageFormat, Observation, Screenshot
from device_farm.types.trajectory import Scored
from gui_agent.datasets.types import ScreenRef
from gui_agent.store.blobs import image_path
from gui_agent.store.reader import RunReader, final_attempts
from gui_agent.store.record import StoredEpisode

IMAGE_FOLDER = "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """`skipped_episodes` and `skipped_steps` hold actions that the format has no word for."""

    files: tuple[Path, ...]
    episodes: int
    rows: int
    skipped_episodes: int = 0
    skipped_steps: int = 0


def selected(reader: RunReader, *, success_only: bool) -> Iterator[StoredEpisode]:
    """The last attempt at each task; with `success_only` those with reward 1. Raises DataError for a damaged one."""
    last = {episode.id for episode in final_attempts([stored.episode for stored in reader.episodes()])}
    for stored in reader.episodes():
        if stored.episode.id in last and (succeeded(stored) or not success_only):
            yield stored


def succeeded(stored: StoredEpisode) -> bool:
    outcome = stored.episode.outcome
    return isinstance(outcome, Scored) and outcome.reward >= 1.0


class ImageFolder:
    """Copies each screen once into `OUT/images` and gives its path relative to `OUT`."""

    def __init__(self, reader: RunReader, out: Path) -> None:
        self._reader = reader
        self._out = out
        (out / IMAGE_FOLDER).mkdir(parents=True, exist_ok=True)

    def path_of(self, observation: Observation) -> str | None:
        """None where the observation has no screenshot. Raises DataError for a lost or damaged one."""
        shot = observation.screenshot
        return None if shot is None else self._copy(shot)

    def path_of_screen(self, screen: ScreenRef) -> str:
        """Of a screen of this run's trajectories. Raises DataError for a lost or damaged one."""
        digest, _, image_format = screen.key.partition(".")
        kept: ImageFormat = "jpeg" if image_format == "jpeg" else "png"
        return self._copy(Screenshot(digest=digest, size=screen.size, format=kept))

    def _copy(self, shot: Screenshot) -> str:
        name = image_path(self._reader.layout, shot.digest, shot.format).name
        target = self._out / IMAGE_FOLDER / name
        if not target.exists():
            target.write_bytes(self._reader.pixels(shot))
        return f"{IMAGE_FOLDER}/{name}"
