"""How many tokens a part of the past may cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from gui_agent.models.prompt import ImagePart

CountText: TypeAlias = Callable[[str], int]
CountImage: TypeAlias = Callable[[ImagePart], int]


def estimated_tokens(text: str) -> int:
    """Where no tokenizer is at hand: one token for three bytes of UTF-8, more than byte-pair encodings need."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 3)


def qwen_image_tokens(image: ImagePart) -> int:
    """Of an image that has the model's size already: one token for 28 by 28 pixels."""
    return max(1, round(image.size.width / 28)) * max(1, round(image.size.height / 28))


def newest_within(costs: Sequence[int], budget: int) -> int:
    """How many of the newest entries (those at the end of `costs`) fit `budget` together; they stay without a gap.

    An entry that alone is over the budget ends the count: what is older is not shown in its place.
    """
    spent = 0
    for count, cost in enumerate(reversed(costs)):
        spent += cost
        if spent > budget:
            return count
    return len(costs)


def cut(text: str, budget: int, count: CountText) -> str:
    """The longest beginning of `text` that costs at most `budget`, with an ellipsis where something is missing."""
    if count(text) <= budget:
        return text
    fits, over = 0, len(text)
    while over - fits > 1:
        middle = (fits + over) // 2
        if count(text[:middle] + "…") <= budget:
            fits = middle
        else:
            over = middle
    return text[:fits].rstrip() + "…" if fits else ""
