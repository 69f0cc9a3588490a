"""The config section of a history, for policies that act and for those that are trained."""

from __future__ import annotations

from typing import Literal, assert_never

from pydantic import Field

from device_farm.config import ConfigModel
from gui_agent.history.actions import ActionsHistory
from gui_agent.history.chat import HistoryMode
from gui_agent.history.images import ImagesHistory
from gui_agent.history.none import NoHistory
from gui_agent.history.summary import SummaryHistory


class HistoryConfig(ConfigModel):
    """What of the past a prompt shows. `budget` bounds it in tokens (0: as the mode has it).

    `images`: the dialogue as it was, with the last `images` screens, the present one included. `actions`: a line each
    past action. `summary`: what the model wrote of it itself; `images` 2 shows one past screen, too. `none`: nothing.
    """

    mode: Literal["images", "actions", "summary", "none"] = "images"
    images: int = Field(default=2, ge=1, le=32)
    budget: int = Field(default=0, ge=0)


def history_of(config: HistoryConfig, *, image_tokens: int = 0) -> HistoryMode:
    """`image_tokens` is what a screen costs at most: without a budget, no screen that is asked for is left out."""
    match config.mode:
        case "images":
            budget = config.budget or ImagesHistory().budget + (config.images - 1) * image_tokens
            return ImagesHistory(images=config.images, budget=budget)
        case "actions":
            return ActionsHistory(budget=config.budget or ActionsHistory().budget)
        case "summary":
            return SummaryHistory(images=config.images, budget=config.budget or SummaryHistory().budget)
        case "none":
            return NoHistory()
        case _:
            assert_never(config.mode)
