"""The ranks that train one policy together. Sources and trainer speak with each other through it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from device_farm.errors import FarmError, PolicyError

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
ItemT = TypeVar("ItemT")


class Team(Protocol):
    """Every rank calls the same methods in the same order. An error of one rank is raised on all, with its text."""

    @property
    def rank(self) -> int: ...

    @property
    def size(self) -> int: ...

    def gather(self, own: T, error: Exception | None = None) -> list[T]:
        """What each rank gave, in their order, on all of them. Picklable values; blocks until all are there.

        Raises `error` where it is given, on the others one of the same type that names the rank.
        """
        ...

    def broadcast(self, tensor: torch.Tensor) -> None:
        """Fills `tensor`, contiguous and of the CPU, with what rank 0 has in it."""
        ...


class Solo:
    """A team of one."""

    rank = 0
    size = 1

    def gather(self, own: T, error: Exception | None = None) -> list[T]:
        if error is not None:
            raise error
        return [own]

    def broadcast(self, tensor: torch.Tensor) -> None:
        return


SOLO = Solo()


async def team_map(team: Team, work: Callable[[ItemT], Awaitable[T]], items: Sequence[ItemT]) -> list[T]:
    """`work` of every item, in the order of `items`, on all ranks; each does every N-th, all of those at once."""
    own = [items[at] for at in range(team.rank, len(items), team.size)]
    results: list[T] = []
    error: Exception | None = None
    try:
        results = list(await asyncio.gather(*(work(item) for item in own)))
    except Exception as failed:  # noqa: BLE001 - the boundary between ranks: `gather` raises it on all of them
        error = failed
    if team.size == 1:
        return team.gather(results, error)[0]
    parts = await asyncio.to_thread(team.gather, results, error)
    return [parts[at % team.size][at // team.size] for at in range(len(items))]


def agreed(team: Team, work: Callable[[], T]) -> T:
    """This rank's own result, once all ranks have theirs."""
    try:
        result = work()
    except Exception as failed:
        team.gather(None, failed)
        raise
    team.gather(None)
    return result


def first_does(team: Team, work: Callable[[], T]) -> T:
    """What rank 0 makes of it, on all ranks."""
    result: T | None = None
    error: Exception | None = None
    if team.rank == 0:
        try:
            result = work()
        except Exception as failed:  # noqa: BLE001 - the boundary between ranks: `gather` raises it on all of them
            error = failed
    return team.gather(result, error)[0]  # type: ignore[return-value]  # rank 0's is there, or `gather` raised


def totals(parts: Sequence[Mapping[str, float] | None]) -> dict[str, float] | None:
    """Sums by name; None where one is."""
    sums: dict[str, float] = {}
    for part in parts:
        if part is None:
            return None
        for name, figure in part.items():
            sums[name] = sums.get(name, 0.0) + figure
    return sums


def of_rank(rank: int, error: Exception) -> FarmError:
    """An error as the other ranks raise it."""
    if isinstance(error, FarmError):
        return type(error)(f"rank {rank}: {error.message}", field=error.field, fix=error.fix)
    return PolicyError(f"rank {rank}: {type(error).__name__}: {error}")
