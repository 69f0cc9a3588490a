"""Many questions side by side, padded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from world_model.sketcher.arrays import OFF
from world_model.sketcher.features import BAG, DENSE, Items, items_of
from world_model.sketcher.said import GOAL, Said, Scene
from world_model.sketcher.shape import STEP_WAVES
from world_model.sketcher.vocabulary import Vocabulary

MAX_LINES: Final = 96
"""The longest prediction."""
_PERIOD: Final = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """N scenes, L items and P lines at most. `lines_NP` are items counted over the whole batch; those beyond a scene's
    own are its action, and `open_NP` is False there.
    """

    scenes: tuple[Scene, ...]
    says_NLW: NDArray[np.int64]
    is_NLW: NDArray[np.int64]
    kind_NL: NDArray[np.int64]
    dense_NLF: NDArray[np.float32]
    off_NL: NDArray[np.float32]
    lines_NP: NDArray[np.int64]
    open_NP: NDArray[np.bool_]

    @property
    def lines(self) -> int:
        return int(self.lines_NP.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What each of N scenes can say, once the application behind it is known: the end, its P lines, and the entries of
    that application, Q at most: `entries_NQ`, 0 and not `open_NC` beyond them. C = 1 + P + Q.
    """

    entries_NQ: NDArray[np.int64]
    open_NC: NDArray[np.bool_]
    lines: int

    def of(self, row: int, said: Said) -> int:
        """Where it stands among end, lines and entries."""
        if said.kind == "screen":
            return 1 + said.number
        return 1 + self.lines + said.number - int(self.entries_NQ[row, 0])

    def said(self, row: int, choice: int) -> Said:
        """The inverse of `of`, without edit and source."""
        if choice <= self.lines:
            return Said("screen", choice - 1)
        return Said("entry", int(self.entries_NQ[row, choice - 1 - self.lines]))


def choices_of(batch: Batch, vocabulary: Vocabulary, headers_N: Sequence[int]) -> Choices:
    ranges = [
        vocabulary.of_app.get(_app(batch.scenes[row], vocabulary, header), range(0))
        for row, header in enumerate(headers_N)
    ]
    count, most = len(ranges), max(1, *(len(one) for one in ranges))
    entries, opened = np.zeros((count, most), dtype=np.int64), np.zeros((count, most), dtype=np.bool_)
    for row, one in enumerate(ranges):
        entries[row, : len(one)] = one
        opened[row, : len(one)] = True
    end = np.ones((count, 1), dtype=np.bool_)
    return Choices(entries_NQ=entries, open_NC=np.concatenate([end, batch.open_NP, opened], axis=1), lines=batch.lines)


def _app(scene: Scene, vocabulary: Vocabulary, header: int) -> str:
    return vocabulary.headers[header][0] if header else scene.question.sketch.app


def batch_of(scenes: Sequence[Scene], known: Sequence[Items] | None = None) -> Batch:
    """`known` are the scenes' items where they were made before."""
    items = known or [items_of(scene) for scene in scenes]
    count, length = len(scenes), max(one.length for one in items)
    most = max(1, *(len(scene.lines) for scene in scenes))
    says, what = np.zeros((count, length, BAG), dtype=np.int64), np.zeros((count, length, BAG), dtype=np.int64)
    kinds, dense = np.zeros((count, length), dtype=np.int64), np.zeros((count, length, DENSE), dtype=np.float32)
    off = np.full((count, length), OFF, dtype=np.float32)
    lines, opened = np.zeros((count, most), dtype=np.int64), np.zeros((count, most), dtype=np.bool_)
    for row, (scene, one) in enumerate(zip(scenes, items, strict=True)):
        says[row, : one.length], what[row, : one.length] = one.says_LW, one.is_LW
        kinds[row, : one.length], dense[row, : one.length] = one.kind_L, one.dense_LF
        off[row, : one.length] = 0.0
        lines[row] = row * length
        lines[row, : len(scene.lines)] += scene.first_line + np.arange(len(scene.lines))
        opened[row, : len(scene.lines)] = True
    return Batch(
        scenes=tuple(scenes),
        says_NLW=says,
        is_NLW=what,
        kind_NL=kinds,
        dense_NLF=dense,
        off_NL=off,
        lines_NP=lines,
        open_NP=opened,
    )


def sources_open(batch: Batch, rows: Sequence[int]) -> NDArray[np.bool_]:
    """Which items a slot's text can be from, (M, L): what was typed only where something was."""
    length = batch.off_NL.shape[1]
    opened = np.zeros((len(rows), length), dtype=np.bool_)
    for at, row in enumerate(rows):
        scene = batch.scenes[row]
        opened[at, : scene.items] = True
        opened[at, 0], opened[at, 1] = bool(scene.typed), bool(scene.appended)
        for rank, line in enumerate(scene.lines):
            opened[at, scene.first_line + rank] = bool(line.text)
        if not opened[at].any():
            opened[at, 0] = True
    return opened


def lasts_open(batch: Batch, rows: Sequence[int], firsts: Sequence[int]) -> NDArray[np.bool_]:
    """The goal's tokens from the first of a span on, (M, L)."""
    length = batch.off_NL.shape[1]
    opened = np.zeros((len(rows), length), dtype=np.bool_)
    for at, (row, first) in enumerate(zip(rows, firsts, strict=True)):
        opened[at, first : GOAL + len(batch.scenes[row].tokens)] = True
    return opened


def step_waves(first: int, count: int) -> NDArray[np.float32]:
    """Sines and cosines of places `first` and up, (count, STEP_WAVES)."""
    rates = _PERIOD ** (-np.arange(STEP_WAVES // 2) / (STEP_WAVES // 2))
    angles = np.arange(first, first + count)[:, None] * rates[None, :]
    waves: Any = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
    return waves  # type: ignore[no-any-return]


def causal_mask(count: int) -> NDArray[np.float32]:
    """0 where a place may look, OFF where it may not: at what comes later."""
    mask: NDArray[np.float32] = np.triu(np.full((count, count), OFF, dtype=np.float32), 1)
    return mask
