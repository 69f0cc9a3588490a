"""What one task gets instead of the files that it would download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """`sources` are put into the desktop, `expected` are what the evaluator compares with: each in the order in which
    the task file names its files."""

    sources: tuple[bytes, ...]
    expected: tuple[bytes, ...] = ()


Makers: TypeAlias = Mapping[str, Callable[[], StandIn]]
"""A task's id to what makes its documents."""
