"""Screens of expert steps as prompts hold them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal, Protocol

from device_farm.errors import DataError, PolicyError
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground, Observation, Screenshot
from gui_agent.datasets.images import whole_image_size
from gui_agent.datasets.types import ExpertStep
from gui_agent.models.prompt import ImagePart


class StepScreens(Protocol):
    async def part(self, step: ExpertStep) -> ImagePart:
        """Raises DataError naming a screen that is missing or corrupt."""
        ...


class ResizedScreens:
    """Screens at the size that the model's coordinates count in; each is read, decoded and encoded once.

    The last `kept` stay in memory: all rollouts of a group see the same ones.
    """

    def __init__(
        self, size: Callable[[ExpertStep], Size], *, image_format: Literal["png", "jpeg"] = "png", kept: int = 256
    ) -> None:
        self._size = size
        self._format = image_format
        self._kept = kept
        self._parts: OrderedDict[tuple[str, int, Size], asyncio.Future[ImagePart]] = OrderedDict()

    async def part(self, step: ExpertStep) -> ImagePart:
        size = self._size(step)
        key = (step.screen.key, id(step.screen.source), size)
        reading = self._parts.get(key)
        if reading is None or reading.cancelled():
            reading = asyncio.ensure_future(asyncio.to_thread(self._read, step, size))
            self._parts[key] = reading
            while len(self._parts) > self._kept:
                self._parts.popitem(last=False)
        self._parts.move_to_end(key)
        try:
            # One rollout that is cancelled must not take the screen from the others.
            return await asyncio.shield(reading)
        except DataError:
            self._parts.pop(key, None)
            raise

    def _read(self, step: ExpertStep, size: Size) -> ImagePart:
        from gui_agent.policies.images import model_image

        key, data = step.screen.key, step.screen.read()
        found: Literal["png", "jpeg"] = "jpeg" if data.startswith(b"\xff\xd8") else "png"
        try:
            shot = Screenshot(digest=key, size=whole_image_size(data), format=found, data=data)
            return model_image(_observed(shot), size, self._format)
        except (DataError, PolicyError) as error:
            raise DataError(f"screen {key}: {error.message}", field="screenshot") from error


class UnreadScreens:
    """For policies that read the tree alone: a screen of the right size without pixels."""

    async def part(self, step: ExpertStep) -> ImagePart:
        return ImagePart(data=b"", media_type="image/png", size=step.screen.size, digest=step.screen.key)


def _observed(shot: Screenshot) -> Observation:
    return Observation(
        sequence=0,
        screen=shot.size,
        orientation="portrait" if shot.size.height >= shot.size.width else "landscape",
        device_time_s=0.0,
        foreground=Foreground(app=""),
        screenshot=shot,
    )
