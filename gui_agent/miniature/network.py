"""The miniature's network in torch, for batches and gradients. `forward.py` computes the same in numpy.

items    h = LN(label·A + more·B + slot + dense·C),  label and more the means of word vectors
layer    h += softmax(QK'/√d + Σ_r w_r · relation_r)·V·O;   h += W₂ gelu(W₁ LN h)
kind     softmax(h₀·K)
pointer  softmax over elements or goal words of  ((h₀ + kind)·P)·(h·P')'/√D
second   the place on the element from h_chosen·kind, or the last word by a pointer like the first, not before it
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gui_agent.miniature.features import DENSE, MORE_KEPT, RELATIONS, WORDS_KEPT, Items
from gui_agent.miniature.kinds import FORMS
from gui_agent.miniature.shape import Shape

_OFF = -1e9
_EPS = 1e-5
ON_ELEMENT = torch.tensor([form in ("touch", "element") for form in FORMS])
ON_GOAL = torch.tensor([form == "span" for form in FORMS])
PLACED = torch.tensor([form == "touch" for form in FORMS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """N prompts padded to L items. `goal_NL` and `element_NL` say which items are words of the goal and elements."""

    words_NLW: Tensor
    more_NLM: Tensor
    slots_NL: Tensor
    dense_NLF: Tensor
    relations_NRLL: Tensor
    there_NL: Tensor
    goal_NL: Tensor
    element_NL: Tensor

    def rows(self, rows_M: Tensor) -> Batch:
        """Those prompts, any of them several times, for the heads alone: what the layers need is left out."""
        none = self.slots_NL.new_zeros(0)
        return Batch(
            words_NLW=none,
            more_NLM=none,
            slots_NL=none,
            dense_NLF=none,
            relations_NRLL=none,
            there_NL=self.there_NL[rows_M],
            goal_NL=self.goal_NL[rows_M],
            element_NL=self.element_NL[rows_M],
        )


def batch_of(many: Sequence[Items], device: torch.device | None = None) -> Batch:
    count, longest = len(many), max(items.length for items in many)
    words = np.zeros((count, longest, WORDS_KEPT), dtype=np.int64)
    more = np.zeros((count, longest, MORE_KEPT), dtype=np.int64)
    slots = np.zeros((count, longest), dtype=np.int64)
    dense = np.zeros((count, longest, DENSE), dtype=np.float32)
    relations = np.zeros((count, len(RELATIONS), longest, longest), dtype=np.uint8)
    there, goal, element = (np.zeros((count, longest), dtype=np.bool_) for _ in range(3))
    for row, items in enumerate(many):
        length, first = items.length, 1 + items.goal
        words[row, :length], more[row, :length] = items.words_LW, items.more_LM
        slots[row, :length], dense[row, :length] = items.slots_L, items.dense_LF
        relations[row, :, :length, :length] = items.relations_RLL
        there[row, :length] = goal[row, 1:first] = element[row, first : first + items.elements] = True
    tensors = [
        torch.from_numpy(made).to(device) for made in (words, more, slots, dense, relations, there, goal, element)
    ]
    return Batch(
        words_NLW=tensors[0],
        more_NLM=tensors[1],
        slots_NL=tensors[2],
        dense_NLF=tensors[3],
        relations_NRLL=tensors[4].float() / 255,
        there_NL=tensors[5],
        goal_NL=tensors[6],
        element_NL=tensors[7],
    )


class Network(nn.Module):  # type: ignore[misc]
    """All weights by the names of `Shape.weights`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.weight = nn.ParameterDict(
            {name.replace(".", "_"): nn.Parameter(_begun(name, size)) for name, size in shape.weights().items()}
        )

    def of(self, name: str) -> Tensor:
        return self.weight[name.replace(".", "_")]

    def forward(self, batch: Batch) -> Tensor:
        """The items' vectors, float32 (N, L, D)."""
        h_NLD = (
            self._mean(batch.words_NLW) @ self.of("label")
            + self._mean(batch.more_NLM) @ self.of("more")
            + functional.embedding(batch.slots_NL, self.of("slots"))
            + batch.dense_NLF @ self.of("dense")
        )
        h_NLD = self._norm(h_NLD, "first_")
        bias_NBLL = self._bias(batch)
        for layer, bias_NHLL in enumerate(bias_NBLL.split(self.shape.heads, 1)):
            h_NLD = h_NLD + self._attend(self._norm(h_NLD, f"{layer}."), bias_NHLL, layer)
            inner = self._norm(h_NLD, f"{layer}.inner_")
            inner = functional.gelu(inner @ self.of(f"{layer}.up") + self.of(f"{layer}.up_bias"), approximate="tanh")
            h_NLD = h_NLD + inner @ self.of(f"{layer}.down") + self.of(f"{layer}.down_bias")
        return self._norm(h_NLD, "last_")

    def _mean(self, words: Tensor) -> Tensor:
        flat = words.reshape(-1, words.shape[-1])
        means = functional.embedding_bag(flat, self.of("words"), mode="mean", padding_idx=0)
        return means.view(*words.shape[:-1], self.shape.width)

    def _bias(self, batch: Batch) -> Tensor:
        """What relations add to the attention of all heads of all layers, (N, layers · H, L, L)."""
        weights_BR = torch.cat([self.of(f"{layer}.relations").T for layer in range(self.shape.layers)])
        count, relations, length, _ = batch.relations_NRLL.shape
        flat = batch.relations_NRLL.view(count, relations, length * length)
        bias = (weights_BR @ flat).view(count, -1, length, length)
        return bias.masked_fill(~batch.there_NL[:, None, None, :], _OFF)

    def _norm(self, values: Tensor, name: str) -> Tensor:
        return functional.layer_norm(values, values.shape[-1:], self.of(f"{name}scale"), self.of(f"{name}shift"), _EPS)

    def _attend(self, h_NLD: Tensor, bias_NHLL: Tensor, layer: int) -> Tensor:
        count, length, width = h_NLD.shape
        heads = self.shape.heads

        def split(name: str) -> Tensor:
            return (h_NLD @ self.of(f"{layer}.{name}")).view(count, length, heads, width // heads).transpose(1, 2)

        scores_NHLL = split("query") @ split("key").transpose(2, 3) / math.sqrt(width // heads) + bias_NHLL
        mixed = scores_NHLL.softmax(-1) @ split("value")
        return mixed.transpose(1, 2).reshape(count, length, width) @ self.of(f"{layer}.out")

    def kinds(self, h_NLD: Tensor, batch: Batch) -> Tensor:
        """Log-probabilities of the kinds, (N, K). What needs an element or a word is off where there is none."""
        logits_NK = h_NLD[:, 0] @ self.of("kind") + self.of("kind_bias")
        missing = (ON_ELEMENT & ~batch.element_NL.any(1, keepdim=True)) | (
            ON_GOAL & ~batch.goal_NL.any(1, keepdim=True)
        )
        return logits_NK.masked_fill(missing, _OFF).log_softmax(-1)

    def firsts(self, h_NLD: Tensor, batch: Batch, kinds_N: Tensor) -> Tensor:
        """Log-probabilities over items, (N, L), of the first pointer; meaningless for kinds that have none."""
        query_ND = (h_NLD[:, 0] + self.of("kinds")[kinds_N]) @ self.of("point")
        logits_NL = torch.einsum("nd,nld->nl", query_ND, h_NLD @ self.of("pointed")) / math.sqrt(self.shape.width)
        allowed = torch.where(ON_ELEMENT[kinds_N][:, None], batch.element_NL, batch.goal_NL)
        return logits_NL.masked_fill(~allowed, _OFF).log_softmax(-1)

    def places(self, h_NLD: Tensor, kinds_N: Tensor, firsts_N: Tensor) -> Tensor:
        """Log-probabilities of the places on the chosen element, (N, 3)."""
        logits = (self._chosen(h_NLD, firsts_N) + h_NLD[:, 0]) @ self.of("place") + self.of("place_bias")
        return logits.log_softmax(-1)

    def lasts(self, h_NLD: Tensor, batch: Batch, kinds_N: Tensor, firsts_N: Tensor) -> Tensor:
        """Log-probabilities over items, (N, L), of the last word of a span whose first is item `firsts_N`."""
        query_ND = (h_NLD[:, 0] + self.of("kinds")[kinds_N] + self._chosen(h_NLD, firsts_N)) @ self.of("second")
        logits_NL = torch.einsum("nd,nld->nl", query_ND, h_NLD @ self.of("seconded")) / math.sqrt(self.shape.width)
        behind = torch.arange(h_NLD.shape[1]) >= firsts_N[:, None]
        return logits_NL.masked_fill(~(batch.goal_NL & behind), _OFF).log_softmax(-1)

    def _chosen(self, h_NLD: Tensor, items_N: Tensor) -> Tensor:
        return h_NLD[torch.arange(len(h_NLD)), items_N]


def _begun(name: str, size: tuple[int, ...]) -> Tensor:
    last = name.rpartition(".")[2]
    if last.endswith("scale"):
        return torch.ones(size)
    if last.endswith(("shift", "bias")):
        return torch.zeros(size)
    if last in ("words", "slots", "kinds"):
        return torch.randn(size) * (1.0 if last == "words" else 0.3)
    if last == "relations":
        # From the start, equal words see each other.
        return torch.randn(size) * 0.5 + 1.0
    return torch.randn(size) / math.sqrt(size[0])
