"""Any model of `gui_agent.models` behind the narrow port of the world model."""

from __future__ import annotations

from gui_agent.models.base import Model, Sampling
from gui_agent.models.prompt import ChatPrompt, Message
from world_model.port import TextReply


class PortTextModel:
    """A `world_model.port.TextModel`. `model` is entered by its owner."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    async def generate(
        self, system: str, user: str, *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> TextReply:
        """See `world_model.port.TextModel`. Raises PolicyError."""
        prompt = ChatPrompt(messages=(Message.of_text("system", system), Message.of_text("user", user)))
        sampling = Sampling(max_tokens=max_tokens, temperature=temperature, seed=seed)
        (completion,) = await self._model.generate(prompt, sampling)
        return TextReply(
            text=completion.text,
            prompt_tokens=completion.prompt_tokens or 0,
            completion_tokens=completion.completion_tokens or 0,
            finish=completion.finish,
        )
