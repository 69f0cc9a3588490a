"""Positions of tokens, as Qwen2-VL to Qwen3-VL count them along three axes (arXiv 2409.12191, section 2.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gui_agent.models.encoding import EncodedPrompt


def rope_positions(prompt: EncodedPrompt, merge: int) -> NDArray[np.int64]:
    """int64 (3, T): time, row and column of each token.

    A text token at p has (p, p, p). An image of R rows and C columns of merged patches that begins at p has
    (p, p + r, p + c), and what follows it begins at p + max(R, C). `merge` is how many patches a side become one token.

    Degenerate: without images all three axes count from 0.
    """
    length = len(prompt.ids_T)
    positions_AT = np.empty((3, length), np.int64)
    at = place = 0
    for image, start in zip(prompt.images, prompt.starts, strict=True):
        positions_AT[:, at:start] = place + np.arange(start - at)
        place += start - at
        rows, columns = image.grid[0] // merge, image.grid[1] // merge
        end = start + image.tokens
        positions_AT[0, start:end] = place
        positions_AT[1, start:end] = place + np.repeat(np.arange(rows), columns)
        positions_AT[2, start:end] = place + np.tile(np.arange(columns), rows)
        at, place = end, place + max(rows, columns)
    positions_AT[:, at:] = place + np.arange(length - at)
    return positions_AT
