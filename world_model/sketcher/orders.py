"""The names of the orders of a target."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Order: TypeAlias = Literal["fixed", "random", "matched", "transport"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
