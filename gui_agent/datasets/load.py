"""Trajectories from wherever they are: a run folder, or a file of UI-S1 JSON Lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from device_farm.errors import ConfigError, DataError
from device_farm.types.geometry import Size
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.types import Trajectory
from gui_agent.datasets.ui_s1 import SwipeConvention, load_ui_s1


def load_data(
    path: Path,
    *,
    images: Path | None = None,
    screen: Size | None = None,
    swipes: SwipeConvention = "auto",
    left_out: Counter[str] | None = None,
    verifier: str = "",
) -> Iterator[Trajectory]:
    """`images`, `screen` and `swipes` are for files, `left_out` and `verifier` for run folders.

    Raises:
        ConfigError: a folder that holds no run, or a `verifier` where there are no verdicts.
        DataError: names file, line and field, or the damaged file of a run.
    """
    if not path.exists():
        fix = "name the run folder of farm collect, or a file of UI-S1 JSON Lines"
        raise DataError(f"cannot read {path}: there is no such file or folder", field="data.path", fix=fix)
    if path.is_dir():
        return load_episodes(path, left_out=left_out, verifier=verifier)
    if verifier:
        raise ConfigError(f"{path} is no run folder: it holds no verdicts", field="data.verifier", fix="leave it out")
    return load_ui_s1(path, images=images, screen=screen, swipes=swipes)
