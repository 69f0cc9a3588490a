"""How a language model is asked as a policy, apart from which model it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, assert_never

from device_farm.types.codec.dialect import Dialect
from device_farm.types.geometry import Size
from gui_agent.history.actions import ActionsHistory
from gui_agent.history.base import PromptBuilder
from gui_agent.history.chat import ChatPromptBuilder
from gui_agent.history.images import ImagesHistory
from gui_agent.history.none import NoHistory
from gui_agent.history.summary import SummaryDialect, SummaryHistory
from gui_agent.models.base import Sampling
from gui_agent.training.language.prompts import TextPromptBuilder


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    """`image_size` is the size at which the model is shown a screen. `malformed_limit` replies in a row that do not
    parse end the episode. With a seed in `sampling`, each reply has one of its own. `sees_elements`: the model is told
    the screen's elements, in the device's own pixels, and shown no image.
    """

    builder: ChatPromptBuilder
    image_size: Callable[[Size], Size]
    image_format: Literal["png", "jpeg"] = "png"
    sampling: Sampling = field(default_factory=Sampling)
    malformed_limit: int = 3
    sees_elements: bool = False

    @property
    def prompts(self) -> PromptBuilder:
        return TextPromptBuilder(inner=self.builder) if self.sees_elements else self.builder

    @property
    def dialect(self) -> Dialect:
        """As replies are parsed: where the model writes summaries, they come before the dialect's words."""
        plain = self.builder.dialect
        return SummaryDialect(inner=plain) if self.writes_summaries else plain

    @property
    def writes_summaries(self) -> bool:
        return isinstance(self.builder.history, SummaryHistory)

    @property
    def screens_shown(self) -> int:
        """How many past screens a prompt can show."""
        match self.builder.history:
            case ImagesHistory(images=images) | SummaryHistory(images=images):
                return images - 1
            case ActionsHistory() | NoHistory():
                return 0
            case _:
                assert_never(self.builder.history)
