"""A team over torch.distributed, as torchrun starts it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from device_farm.errors import ConfigError, FarmError
from gui_agent.training.distributed.team import SOLO, Team, of_rank

T = TypeVar("T")
_WAIT = timedelta(hours=12)
"""How long ranks wait for the slowest one's rollouts. A rank that died is noticed at once, by torchrun."""


class TorchTeam:
    """Speaks over gloo, also where gradients go over NCCL: what is said is small, and of the CPU."""

    def __init__(self) -> None:
        self.rank = dist.get_rank()
        self.size = dist.get_world_size()
        self._group = dist.new_group(backend="gloo", timeout=_WAIT)

    def gather(self, own: T, error: Exception | None = None) -> list[T]:
        told = None if error is None else of_rank(self.rank, error)
        packed = [b""] * self.size
        dist.all_gather_object(packed, _packed((own, told)), group=self._group)
        if error is not None:
            raise error
        parts: list[tuple[T, FarmError | None]] = [_unpacked(data) for data in packed]
        for _, other in parts:
            if other is not None:
                raise other
        return [part for part, _ in parts]

    def broadcast(self, tensor: torch.Tensor) -> None:
        """Fills `tensor`, contiguous and of the CPU, with what rank 0 has in it."""
        if tensor.numel():
            # As bytes: not every type of number can be sent.
            dist.broadcast(tensor.view(-1).view(torch.uint8), 0, group=self._group)


def _packed(value: Any) -> bytes:
    # torch's own format: plain pickles of tensors are not read back whole by every release.
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def _unpacked(data: bytes) -> Any:
    return torch.load(io.BytesIO(data), map_location="cpu", weights_only=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where torchrun has put this process."""

    size: int
    local_rank: int


def place(environment: Mapping[str, str]) -> Place | None:
    """None where torchrun did not start this process, or as its only one.

    Raises:
        ConfigError: the variables of torchrun are there in part only.
    """
    if int(environment.get("WORLD_SIZE", "1")) < 2:
        return None
    missing = [name for name in ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT") if name not in environment]
    if missing:
        raise ConfigError(
            f"WORLD_SIZE is {environment['WORLD_SIZE']}, but {missing[0]} is not set",
            field=missing[0],
            fix="start the ranks with torchrun, or unset WORLD_SIZE",
        )
    return Place(size=int(environment["WORLD_SIZE"]), local_rank=int(environment["LOCAL_RANK"]))


@contextmanager
def joined() -> Iterator[Team]:
    """The team that torchrun has started, or a team of one.

    With GPUs, this process sees only its own from here on, so that every thread of it means that one by `cuda`.
    """
    where = place(os.environ)
    if where is None:
        yield SOLO
        return
    _take_gpu(where.local_rank)
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield TorchTeam()
    finally:
        dist.destroy_process_group()


def _take_gpu(local_rank: int) -> None:
    """Must come before anything of CUDA: it reads the variable once.

    Raises:
        ConfigError: there are more processes than GPUs.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    seen = [str(index) for index in range(torch.cuda.device_count())] if named is None else named.split(",")
    if not seen or seen == [""]:
        return
    if local_rank >= len(seen):
        fix = f"start at most {len(seen)} processes on this machine"
        raise ConfigError(f"this machine has {len(seen)} GPUs for {local_rank + 1} processes", field="--gpus", fix=fix)
    os.environ["CUDA_VISIBLE_DEVICES"] = seen[local_rank]
