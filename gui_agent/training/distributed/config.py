"""How several ranks hold the weights; has no effect on a single one."""

from __future__ import annotations

from typing import Literal

from device_farm.config import ConfigModel


class ShardingConfig(ConfigModel):
    """Every rank keeps 1/N of the weights and of the optimiser's state.

    `gather` says when the weights are put together: once an `update` (each rank then holds all weights and gradients
    while it computes, and speaks with the others twice an update), or layer by `layer` (memory for one layer beyond the
    shards, a word with the others at every layer; for models whose weights and gradients fill a GPU).
    `compute` is the type of the gathered weights; without it, that in which the policy was loaded. Gradients are summed
    in float32.
    """

    gather: Literal["update", "layer"] = "update"
    compute: Literal["float32", "bfloat16"] | None = None
