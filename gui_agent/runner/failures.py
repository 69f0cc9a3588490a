"""What a group of tasks failed of."""

from __future__ import annotations


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first leaf of the group: what the other tasks were cancelled for."""
    leaf: BaseException = errors
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf
