"""Where a trainer's samples come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from device_farm.errors import DataError
from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import epoch_batches
from gui_agent.training.distributed.team import SOLO, Team, team_map


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


_IN_VAIN = 32
"""So many samples in a row that cannot be made are no accident: a folder of screens is elsewhere, or gone."""


class EpochSource:
    """Epochs over samples that are made when they are needed, in batches of like length.

    A sample that cannot be made, because its screen is corrupt for one, is left out and counted. With `bundles` a batch
    has `size` of these in place of samples, and `lengths` are theirs: the samples of one bundle are never parted.
    """

    def __init__(
        self,
        make: Callable[[int], Awaitable[TrainSample]],
        lengths: Sequence[int],
        *,
        size: int,
        seed: int,
        bundles: Sequence[Sequence[int]] | None = None,
        team: Team = SOLO,
    ) -> None:
        """The ranks of `team` make each its share of a batch. Raises DataError for no sample at all."""
        if not lengths:
            raise DataError("there is no sample to train on", field="data")
        self._make = make
        self._lengths = lengths
        self._bundles = bundles
        self._size = size
        self._seed = seed
        self._team = team
        self._epoch = 0
        self._position = 0
        self._unreadable = 0
        self._in_vain = 0
        self._in_vain_limit = min(_IN_VAIN, len(lengths) if bundles is None else sum(map(len, bundles)))
        self._batches: tuple[int, list[list[int]]] = (-1, [])

    async def next(self, policy_version: int) -> Supply:
        """Raises DataError where 32 samples in a row, or all that there are, cannot be made."""
        batches = self._of_epoch()
        chosen = batches[self._position]
        epoch = self._epoch + self._position / len(batches)
        self._position += 1
        if self._position == len(batches):
            self._epoch, self._position = self._epoch + 1, 0
        samples = await self._made(chosen if self._bundles is None else _flat(self._bundles, chosen))
        return Supply(samples=samples, figures={"epoch": epoch, "unreadable": self._unreadable})

    def _of_epoch(self) -> list[list[int]]:
        """The present epoch's batches, drawn once an epoch."""
        if self._batches[0] != self._epoch:
            drawn = epoch_batches(self._lengths, self._size, seed=self._seed, epoch=self._epoch)
            self._batches = (self._epoch, drawn)
        return self._batches[1]

    async def _made(self, indices: Sequence[int]) -> tuple[TrainSample, ...]:
        made = await team_map(self._team, self._tried, indices)
        for one in made:
            self._in_vain = self._in_vain + 1 if isinstance(one, DataError) else 0
        errors = [one for one in made if isinstance(one, DataError)]
        self._unreadable += len(errors)
        if errors and self._in_vain >= self._in_vain_limit:
            last = errors[-1]
            message = f"{self._in_vain} samples in a row cannot be made, the last: {last.message}"
            raise DataError(message, field=last.field, fix=last.fix or "look at data.path and data.images")
        return tuple(one for one in made if not isinstance(one, DataError))

    async def _tried(self, index: int) -> TrainSample | DataError:
        try:
            return await self._make(index)
        except DataError as error:
            return error

    def state(self) -> dict[str, Any]:
        return {"epoch": self._epoch, "position": self._position, "unreadable": self._unreadable}

    def restore(self, state: dict[str, Any]) -> None:
        self._epoch, self._position = int(state["epoch"]), int(state["position"])
        self._unreadable = int(state["unreadable"])


def _flat(bundles: Sequence[Sequence[int]], chosen: Sequence[int]) -> list[int]:
    return [index for bundle in chosen for index in bundles[bundle]]


class FixedSource(EpochSource):
    """Epochs over samples that are there."""

    def __init__(self, samples: Sequence[TrainSample], lengths: Sequence[int], *, size: int, seed: int) -> None:
        async def there(index: int) -> TrainSample:
            return samples[index]

        super().__init__(there, lengths, size=size, seed=seed)


class PublishedSource:
    """The samples of `source`, for each of which `publish` has brought the version's weights to those who sample."""

    def __init__(self, source: SampleSource, publish: Callable[[int], Awaitable[dict[str, float]]]) -> None:
        self._source = source
        self._publish = publish

    async def next(self, policy_version: int) -> Supply:
        """Raises what `publish` and the source raise."""
        figures = await self._publish(policy_version)
        supply = await self._source.next(policy_version)
        return replace(supply, figures={**supply.figures, **figures})

    def state(self) -> dict[str, Any]:
        return self._source.state()

    def restore(self, state: dict[str, Any]) -> None:
        self._source.restore(state)


class Cycle:
    """The numbers below `count`, over and over, in a new order each time; the same for the same seed."""

    def __init__(self, count: int, seed: int) -> None:
        """Raises DataError for no number at all."""
        if count < 1:
            raise DataError("there is no task to train on", field="data")
        self._count = count
        self._seed = seed
        self.taken = 0

    def take(self, wanted: int) -> list[int]:
        """The next `wanted`, which may hold one twice where there are fewer."""
        numbers: list[int] = []
        while len(numbers) < wanted:
            epoch, position = divmod(self.taken, self._count)
            order = np.random.default_rng([self._seed, epoch]).permutation(self._count)
            part = order[position : position + wanted - len(numbers)].tolist()
            numbers += part
            self.taken += len(part)
        return numbers
