"""A checkpoint's nested state from rank 0 to all, tensor by tensor, so that no other rank ever holds it whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

from gui_agent.training.distributed.team import Team

Path: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Where a tensor stood."""

    shape: tuple[int, ...]
    dtype: torch.dtype


def spread(tree: Any, team: Team, placed: Callable[[Path, torch.Tensor], Any]) -> Any:
    """Rank 0's tree of dicts, lists and tuples, with each tensor as `placed` makes it of path and whole tensor.

    `tree` is looked at on rank 0 only.
    """
    skeleton = team.gather(mapped(tree, lambda path, tensor: _hole(tensor)) if team.rank == 0 else None)[0]
    tensors = dict(leaves(tree)) if team.rank == 0 else {}

    def filled(path: Path, hole: Hole) -> Any:
        # Whatever has no memory of its own order cannot be sent.
        whole = tensors[path].contiguous() if team.rank == 0 else torch.empty(hole.shape, dtype=hole.dtype)
        team.broadcast(whole)
        return placed(path, whole)

    return mapped(skeleton, filled)


def mapped(tree: Any, change: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """The same tree with its tensors and holes changed, always in the same order."""
    match tree:
        case dict():
            return {key: mapped(value, change, (*path, key)) for key, value in tree.items()}
        case list() | tuple():
            return type(tree)(mapped(value, change, (*path, at)) for at, value in enumerate(tree))
        case torch.Tensor() | Hole():
            return change(path, tree)
        case _:
            return tree


def leaves(tree: Any) -> Iterator[tuple[Path, torch.Tensor]]:
    found: list[tuple[Path, torch.Tensor]] = []
    mapped(tree, lambda path, tensor: found.append((path, tensor)))
    yield from found


def _hole(tensor: torch.Tensor) -> Hole:
    return Hole(shape=tuple(tensor.shape), dtype=tensor.dtype)
