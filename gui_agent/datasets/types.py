"""The one training format: a goal, and what an expert did on which screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from device_farm.types.action import Action
from device_farm.types.geometry import Rect, Size
from device_farm.types.ui_tree import UiTree


class ScreenSource(Protocol):
    """Where screens are read from: a folder of images, or the blobs of a run folder. May decode and cache."""

    def read(self, key: str) -> bytes:
        """The encoded image. Raises DataError naming `key` where it is missing or corrupt."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRef:
    """A screen without its pixels: `key` is a path or digest that `source` understands.

    `stated` is the size that was given for screens that are not there, where what is known of this one does not fit it.
    """

    key: str
    size: Size
    source: ScreenSource = field(repr=False, compare=False)
    stated: Size | None = None

    def read(self) -> bytes:
        return self.source.read(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertStep:
    """One step of a demonstration, in device pixels.

    `boxes` are areas in which a click counts as right besides the expert's own point. `instruction` is the low-level
    wording of the step where the data has one. `raw` is the step as the file has it, for scorers that work on that.
    """

    screen: ScreenRef
    action: Action
    boxes: tuple[Rect, ...] = ()
    thought: str = ""
    instruction: str = ""
    tree: UiTree | None = None
    raw: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """A demonstration. `origin` says where it was read: file and line, or run folder and episode."""

    id: str
    goal: str
    steps: tuple[ExpertStep, ...]
    origin: str
    platform: Literal["android", "desktop"] = "android"
    success: bool = True
    tags: tuple[str, ...] = ()
