"""Which samples of an update a rank computes."""

from __future__ import annotations

from collections.abc import Sequence


def split(keys: Sequence[str], lengths: Sequence[int], size: int) -> list[list[int]]:
    """For each of `size` ranks the indices of its samples, ascending; the same on every rank.

    Samples with the same key stay together, so that what they share is computed once; an empty key is nobody's. The
    longest bundle first, each to the rank with the least to do (Graham's rule: at most 4/3 of the best possible load).
    Degenerate: with fewer bundles than ranks some get nothing.
    """
    bundles: dict[str | int, list[int]] = {}
    for index, key in enumerate(keys):
        bundles.setdefault(key or index, []).append(index)
    loads, shares = [0] * size, [list[int]() for _ in range(size)]
    weighed = [(sum(lengths[index] for index in bundle), bundle) for bundle in bundles.values()]
    for length, bundle in sorted(weighed, key=lambda pair: -pair[0]):
        rank = loads.index(min(loads))
        loads[rank] += max(1, length)
        shares[rank] += bundle
    return [sorted(share) for share in shares]
