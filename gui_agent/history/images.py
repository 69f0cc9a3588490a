"""History `images(N)`: the dialogue as it was, every reply in it, and the last N screens, the present one included."""

from __future__ import annotations

from dataclasses import dataclass

from gui_agent.history.base import Scene
from gui_agent.history.budget import CountImage, CountText, newest_within
from gui_agent.models.prompt import ImagePart


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTurn:
    """A past turn of a dialogue: `screen` None where its image is not shown any more."""

    screen: ImagePart | None
    note: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesHistory:
    """The form of UI-S1 (arXiv 2509.11543): own replies in full, images of the last `images` screens.

    `budget` bounds what the past costs, in tokens: the replies and notes first, newest first, then the screens of turns
    that are shown. The present screen is not counted, and always shown. `images` 1 shows no past screen.
    """

    images: int = 2
    budget: int = 8192

    def turns(self, scene: Scene, count: CountText, image_tokens: CountImage) -> tuple[ShownTurn, ...]:
        """The newest turns that fit, oldest first."""
        texts = [count(turn.reply) + count(turn.note) for turn in scene.past]
        kept = newest_within(texts, self.budget)
        past = scene.past[len(scene.past) - kept :]
        left = self.budget - sum(texts[len(texts) - kept :])
        candidates = past[max(0, len(past) - (self.images - 1)) :]
        seen = newest_within([image_tokens(turn.screen) for turn in candidates], left)
        first_seen = len(past) - seen
        return tuple(
            ShownTurn(screen=turn.screen if index >= first_seen else None, note=turn.note, reply=turn.reply)
            for index, turn in enumerate(past)
        )
