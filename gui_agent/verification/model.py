"""Any model of `gui_agent.models` behind the narrow port of the verifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from device_farm.types.codec.space import smart_resize
from device_farm.types.observation import Screenshot
from device_farm.types.task import JsonValue
from gui_agent.models.base import Model, Sampling
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, TextPart
from gui_agent.models.prompt import Part as ModelPart
from gui_agent.policies.images import screen_image
from verifier.port import Part, Picture, Reply, Text


class PortModel:
    """A `verifier.port.Model`. `model` is entered by its owner.

    Screens are sent as PNG, shrunk to at most `max_pixels`, their sides multiples of `patch_px`.
    """

    def __init__(self, model: Model, *, max_pixels: int, patch_px: int = 28) -> None:
        self._model = model
        self._max_pixels = max_pixels
        self._patch_px = patch_px

    @property
    def name(self) -> str:
        return self._model.name

    async def generate(
        self,
        system: str,
        parts: Sequence[Part],
        *,
        max_tokens: int = 512,
        temperature: float = 0.0,
        seed: int | None = None,
        schema: Mapping[str, JsonValue] | None = None,
    ) -> Reply:
        """See `verifier.port.Model`. Raises PolicyError, also for a picture without pixels or that is none."""
        user = Message(role="user", parts=tuple(self._part(part) for part in parts))
        messages = (Message.of_text("system", system), user) if system else (user,)
        sampling = Sampling(
            max_tokens=max_tokens,
            temperature=temperature,
            seed=seed,
            schema=None if schema is None else dict(schema),
        )
        (completion,) = await self._model.generate(ChatPrompt(messages=messages), sampling)
        return Reply(
            text=completion.text,
            prompt_tokens=completion.prompt_tokens or 0,
            completion_tokens=completion.completion_tokens or 0,
        )

    def _part(self, part: Part) -> ModelPart:
        match part:
            case Text(text=text):
                return TextPart(text=text)
            case Picture(screenshot=screenshot):
                return self._image(screenshot)
            case _:
                assert_never(part)

    def _image(self, screenshot: Screenshot) -> ImagePart:
        smallest = self._patch_px**2
        size = smart_resize(
            screenshot.size, factor=self._patch_px, min_pixels=smallest, max_pixels=max(smallest, self._max_pixels)
        )
        return screen_image(screenshot, size, "png")
