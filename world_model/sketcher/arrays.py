"""The few operations in which numpy and torch differ, so that one network is trained in torch and asked in numpy."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

OFF = -1e9
_GELU = math.sqrt(2.0 / math.pi)
_EPS = 1e-5


class Ops(Protocol):
    """Arrays are `Any`: the same code is given those of either library."""

    def take(self, table: Any, ids: Any) -> Any:
        """Rows of `table`."""
        ...

    def bag(self, table: Any, ids: Any) -> Any:
        """The mean of the rows of `table` along the last axis of `ids`, without row 0; 0 where there is none."""
        ...

    def softmax(self, logits: Any) -> Any: ...

    def log_softmax(self, logits: Any) -> Any: ...

    def gelu(self, values: Any) -> Any: ...

    def norm(self, values: Any, scale: Any, shift: Any) -> Any:
        """Layer norm over the last axis."""
        ...

    def where(self, mask: Any, values: Any, other: float) -> Any: ...

    def join(self, arrays: Any, axis: int) -> Any: ...


class NumpyOps:
    """numpy, float32."""

    def take(self, table: Any, ids: Any) -> Any:
        return table[ids]

    def bag(self, table: Any, ids: Any) -> Any:
        known = ids > 0
        count = np.maximum(known.sum(axis=-1, keepdims=True), 1).astype(np.float32)
        # Bags are mostly empty: only their words are read.
        total = np.zeros((*ids.shape[:-1], table.shape[1]), dtype=np.float32)
        np.add.at(total, np.nonzero(known)[:-1], table[ids[known]])
        return total / count

    def softmax(self, logits: Any) -> Any:
        raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)

    def log_softmax(self, logits: Any) -> Any:
        shifted = logits - logits.max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    def gelu(self, values: Any) -> Any:
        inner = np.float32(_GELU) * (values + np.float32(0.044715) * values**3)
        return np.float32(0.5) * values * (1 + np.tanh(inner))

    def norm(self, values: Any, scale: Any, shift: Any) -> Any:
        centred = values - values.mean(axis=-1, keepdims=True)
        variance = (centred**2).mean(axis=-1, keepdims=True)
        return centred / np.sqrt(variance + np.float32(_EPS)) * scale + shift

    def where(self, mask: Any, values: Any, other: float) -> Any:
        return np.where(mask, values, np.float32(other))

    def join(self, arrays: Any, axis: int) -> Any:
        return np.concatenate(arrays, axis=axis)


class TorchOps:
    """torch, imported when it is made."""

    def __init__(self) -> None:
        import torch

        self._torch: Any = torch

    def take(self, table: Any, ids: Any) -> Any:
        return self._torch.nn.functional.embedding(ids, table)

    def bag(self, table: Any, ids: Any) -> Any:
        flat = ids.reshape(-1, ids.shape[-1])
        means = self._torch.nn.functional.embedding_bag(flat, table, mode="mean", padding_idx=0)
        return means.reshape(*ids.shape[:-1], table.shape[1])

    def softmax(self, logits: Any) -> Any:
        return logits.softmax(-1)

    def log_softmax(self, logits: Any) -> Any:
        return logits.log_softmax(-1)

    def gelu(self, values: Any) -> Any:
        return self._torch.nn.functional.gelu(values, approximate="tanh")

    def norm(self, values: Any, scale: Any, shift: Any) -> Any:
        return self._torch.nn.functional.layer_norm(values, values.shape[-1:], scale, shift, _EPS)

    def where(self, mask: Any, values: Any, other: float) -> Any:
        return values.masked_fill(~mask, other)

    def join(self, arrays: Any, axis: int) -> Any:
        return self._torch.cat(arrays, dim=axis)
