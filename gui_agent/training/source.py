"""Where a trainer's samples come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import epoch_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The samples of one update, and figures on how they came about. No sample: the update is skipped."""

    samples: tuple[TrainSample, ...]
    figures: dict[str, float] = field(default_factory=dict)


class SampleSource(Protocol):
    """Gives each update its samples. `state` is JSON-like; a source that gets it back goes on as if never stopped."""

    async def next(self, policy_version: int) -> Supply: ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any]) -> None: ...


class FixedSource:
    """Epochs over a fixed set of samples, in batches of like length."""

    def __init__(self, samples: Sequence[TrainSample], lengths: Sequence[int], *, size: int, seed: int) -> None:
        """Raises ValueError for no sample at all."""
        if not samples:
            raise ValueError("there is no sample to train on")
        self._samples = samples
        self._lengths = lengths
        self._size = size
        self._seed = seed
        self._epoch = 0
        self._position = 0

    async def next(self, policy_version: int) -> Supply:
        batches = epoch_batches(self._lengths, self._size, seed=self._seed, epoch=self._epoch)
        chosen = batches[self._position]
        figures = {"epoch": self._epoch + self._position / len(batches)}
        self._position += 1
        if self._position == len(batches):
            self._epoch, self._position = self._epoch + 1, 0
        return Supply(samples=tuple(self._samples[index] for index in chosen), figures=figures)

    def state(self) -> dict[str, Any]:
        return {"epoch": self._epoch, "position": self._position}

    def restore(self, state: dict[str, Any]) -> None:
        self._epoch, self._position = int(state["epoch"]), int(state["position"])
