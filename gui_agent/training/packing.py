"""The steps of a trajectory, or of a whole group, as one sequence in which what they share stands once.

Each step is a sequence of its own: its prompt, then its response. Sequences that begin alike share that beginning, so
together they are a tree; here it is laid out depth first, and a token sees its ancestors:

    token i sees token j   if and only if   j ≤ i < end_j

with end_j the index behind the last token of j's branch. Positions are those of the step's own sequence. Hence each
token is computed from exactly what its per-step prompt shows, and log-probabilities and gradients are those of the
per-step formulation, up to the order of summation.

The rule where a history leaves things out: a history that only grows (all screens, all replies) packs each token once.
Where a step's prompt no longer shows an earlier screen, or rewrites a summary, its tokens from the first difference on
stand a second time; nothing is approximated. Screens are encoded once in any case: an encoded screen does not depend on
what stands around it, so the vision tower runs on `images` and its output is gathered by `image_T` and `patch_T`.

Degenerate cases: one step packs to itself; two equal steps to one sequence that both read; no step is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSpan:
    """The placeholder tokens `start` to `start + length` of a step stand for the screen `key`, patch by patch."""

    key: str
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTokens:
    """One step as its own prompt would have it: all token ids, of which the last `response` are the response's.

    `positions_AT` (A, T) where a model counts positions along several axes; without it they count from 0.
    """

    ids_T: Ints
    response: int
    images: tuple[ImageSpan, ...] = ()
    positions_AT: Ints | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The tokens `start` to `stop` see those of `before_T`, and each other from the left. All branches together hold
    every token once, so that attention can be computed branch by branch.
    """

    start: int
    stop: int
    before_T: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One sequence for several steps.

    `ids_T`, `positions_AT` (A, T), `ends_T` as above; `images` the keys of the screens, each once; `image_T` the index
    into it (−1 for text) and `patch_T` which of its patches. Step s reads its response's log-probabilities from the
    logits at `predictors[s]`, for the ids `targets[s]`. `unpacked` is the number of tokens that the steps have alone.
    """

    ids_T: Ints
    positions_AT: Ints
    ends_T: Ints
    images: tuple[str, ...]
    image_T: Ints
    patch_T: Ints
    predictors: tuple[Ints, ...]
    targets: tuple[Ints, ...]
    unpacked: int
    branches: tuple[Branch, ...] = ()

    @property
    def saving(self) -> float:
        """How many times shorter the packed sequence is than all steps one by one."""
        return self.unpacked / len(self.ids_T)


def pack(steps: Sequence[StepTokens]) -> Packed:
    """Raises ValueError for no step, a response without a prompt before it, or images outside the tokens."""
    images = _image_index(steps)
    columns = [_columns(step, images) for step in steps]
    branches = _branches(columns)
    paths, order = _layout(branches, columns)
    flat_T = np.concatenate([columns[index][:, branches[index].fork :] for index in order], axis=1)
    ends_T = _ends(branches, paths, order, flat_T.shape[1])
    predictors = [path[len(path) - step.response - 1 : -1] for step, path in zip(steps, paths, strict=True)]
    return Packed(
        ids_T=flat_T[0],
        image_T=flat_T[1],
        patch_T=flat_T[2],
        positions_AT=flat_T[3:],
        ends_T=ends_T,
        images=tuple(images),
        predictors=tuple(predictors),
        targets=tuple(step.ids_T[len(step.ids_T) - step.response :] for step in steps),
        unpacked=sum(len(step.ids_T) for step in steps),
        branches=tuple(
            _own(paths[index], branches[index].fork) for index in order if branches[index].fork < len(paths[index])
        ),
    )


def _own(path: Ints, fork: int) -> Branch:
    return Branch(start=int(path[fork]), stop=int(path[-1]) + 1, before_T=path[:fork])


def packed_batches(steps: Sequence[StepTokens], tokens: int) -> list[list[int]]:
    """Every step once, in batches that pack to at most `tokens` each; a step longer than that stands alone.

    Steps that begin alike come one after the other, so that they share: an order in which a tree's branches never
    part. A batch is closed when the next step does not fit. Empty for no step.
    """
    if not steps:
        return []
    columns = [_columns(step, _image_index(steps)) for step in steps]
    order = sorted(range(len(steps)), key=lambda index: columns[index].T.astype(">i8").tobytes())
    batches: list[list[int]] = []
    size = 0
    for index in order:
        own = columns[index].shape[1]
        # In this order the longest common beginning is that with the step just before.
        fresh = own - _shared(columns[index], columns[batches[-1][-1]]) if batches else own
        if batches and size + fresh <= tokens:
            batches[-1].append(index)
            size += fresh
        else:
            batches.append([index])
            size = own
    return batches


def filled(packed: Packed, multiple: int, token: int) -> Packed:
    """With tokens at the end that see themselves only, and nobody sees, up to a whole `multiple` of tokens."""
    length = len(packed.ids_T)
    extra = -length % multiple
    if not extra:
        return packed
    more = np.arange(length, length + extra)
    return replace(
        packed,
        ids_T=np.concatenate([packed.ids_T, np.full(extra, token)]),
        positions_AT=np.pad(packed.positions_AT, ((0, 0), (0, extra))),
        ends_T=np.concatenate([packed.ends_T, more + 1]),
        image_T=np.concatenate([packed.image_T, np.full(extra, -1)]),
        patch_T=np.pad(packed.patch_T, (0, extra)),
        branches=(*packed.branches, *(Branch(start=at, stop=at + 1, before_T=more[:0]) for at in more.tolist())),
    )


@dataclass(slots=True)
class _Branch:
    """Where a step leaves the tree: at depth `fork`, from tokens that belong to step `parent` (−1: from the start)."""

    parent: int = -1
    fork: int = 0
    children: list[int] = field(default_factory=list)


def _image_index(steps: Sequence[StepTokens]) -> dict[str, int]:
    if not steps:
        raise ValueError("there is no step to pack")
    keys = dict.fromkeys(image.key for step in steps for image in step.images)
    return {key: index for index, key in enumerate(keys)}


def _columns(step: StepTokens, images: dict[str, int]) -> Ints:
    """(3 + A, T): id, image, patch, positions. Two tokens are the same where their columns and all before are."""
    length = len(step.ids_T)
    if not 0 < step.response < length:
        raise ValueError(f"a step of {length} tokens cannot end in a response of {step.response}")
    image_T, patch_T = np.full(length, -1), np.zeros(length, dtype=np.int64)
    for span in step.images:
        if span.start < 0 or span.start + span.length > length:
            raise ValueError(f"image {span.key} lies outside the {length} tokens of its step")
        image_T[span.start : span.start + span.length] = images[span.key]
        patch_T[span.start : span.start + span.length] = np.arange(span.length)
    positions_AT = np.arange(length)[None] if step.positions_AT is None else step.positions_AT
    return np.concatenate([step.ids_T[None], image_T[None], patch_T[None], positions_AT]).astype(np.int64)


def _branches(columns: Sequence[NDArray[Any]]) -> list[_Branch]:
    branches: list[_Branch] = []
    for index, own in enumerate(columns):
        shared = [_shared(own, other) for other in columns[:index]]
        fork = max(shared, default=0)
        parent = shared.index(fork) if fork else -1
        while parent >= 0 and fork <= branches[parent].fork:
            parent = branches[parent].parent
        branches.append(_Branch(parent=parent, fork=fork))
        if parent >= 0:
            branches[parent].children.append(index)
    return branches


def _shared(one: NDArray[Any], other: NDArray[Any]) -> int:
    """How many tokens two sequences have in common from their start."""
    length = min(one.shape[1], other.shape[1])
    differs_T = np.any(one[:, :length] != other[:, :length], axis=0)
    return int(np.argmax(differs_T)) if differs_T.any() else length


def _layout(branches: Sequence[_Branch], columns: Sequence[NDArray[Any]]) -> tuple[list[Ints], list[int]]:
    """The packed indices of each step's tokens, and the steps in the order in which they stand.

    Behind a step's own tokens come those that leave it, the deepest first: so every branch lies in one piece.
    """
    paths: list[Ints] = [np.empty(0, dtype=np.int64)] * len(branches)
    order: list[int] = []
    waiting = [index for index, branch in reversed(list(enumerate(branches))) if branch.parent < 0]
    start = 0
    while waiting:
        index = waiting.pop()
        branch, length = branches[index], columns[index].shape[1]
        own_T = np.arange(start, start + length - branch.fork)
        before_T = paths[branch.parent][: branch.fork] if branch.fork else own_T[:0]
        paths[index] = np.concatenate([before_T, own_T])
        start += len(own_T)
        order.append(index)
        waiting += sorted(branch.children, key=lambda child: branches[child].fork)
    return paths, order


def _ends(branches: Sequence[_Branch], paths: Sequence[Ints], order: Sequence[int], total: int) -> Ints:
    ends_T = np.zeros(total, dtype=np.int64)
    for index in order:
        path = paths[index]
        last = int(path[-1]) + 1 if branches[index].fork < len(path) else 0
        # Whatever a later branch adds lies behind, so its ancestors' ends only grow.
        ends_T[path] = np.maximum(ends_T[path], last)
    return ends_T
