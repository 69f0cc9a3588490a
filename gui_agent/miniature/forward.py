"""The miniature's network in numpy, one screen at a time, for installations without torch. See `network.py`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui_agent.miniature.elements import PLACES
from gui_agent.miniature.features import Items
from gui_agent.miniature.kinds import ELEMENT, FORMS, PLACE, WORD
from gui_agent.miniature.shape import Shape

Array = NDArray[np.float32]
_EPS = 1e-5
_OFF = np.float32(-1e9)
_GELU = math.sqrt(2.0 / math.pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The decisions, their log-probabilities at temperature 1, and the kinds' log-probabilities."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    kinds_K: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """The network with its weights. Pure."""

    shape: Shape
    weights: Mapping[str, Array]

    def items(self, items: Items) -> Array:
        """The items' vectors, float32 (L, D)."""
        of = self.weights
        h_LD = (
            self._mean(items.words_LW) @ of["label"]
            + self._mean(items.more_LM) @ of["more"]
            + of["slots"][items.slots_L]
            + items.dense_LF @ of["dense"]
        )
        h_LD = self._norm(h_LD, "first_")
        relations_RLL = items.relations_RLL.astype(np.float32) / np.float32(255)
        for layer in range(self.shape.layers):
            h_LD = h_LD + self._attend(self._norm(h_LD, f"{layer}."), relations_RLL, layer)
            inner = _gelu(self._norm(h_LD, f"{layer}.inner_") @ of[f"{layer}.up"] + of[f"{layer}.up_bias"])
            h_LD = h_LD + inner @ of[f"{layer}.down"] + of[f"{layer}.down_bias"]
        return self._norm(h_LD, "last_")

    def choose(self, items: Items) -> Choices:
        """The likeliest kind, then the likeliest of what it asks for."""
        h_LD = self.items(items)
        kinds_K = self.kinds(h_LD, items)
        kind = int(kinds_K.argmax())
        form, ids, logprobs = FORMS[kind], [kind], [float(kinds_K[kind])]
        if form != "bare":
            on_goal = form == "span"
            first_L = self.firsts(h_LD, items, kind, on_goal=on_goal)
            first = int(first_L.argmax())
            ids.append(WORD + first - 1 if on_goal else ELEMENT + first - 1 - items.goal)
            logprobs.append(float(first_L[first]))
            if form != "element":
                last = self.lasts(h_LD, items, kind, first) if on_goal else self.places(h_LD, first)
                second = int(last.argmax())
                ids.append(WORD + second - 1 if on_goal else PLACE + second)
                logprobs.append(float(last[second]))
        return Choices(ids=tuple(ids), logprobs=tuple(logprobs), kinds_K=kinds_K)

    def likeliest(self, items: Items, count: int) -> tuple[tuple[tuple[int, ...], float], ...]:
        """The ids of the `count` likeliest replies, each with the log-probability of all its decisions; the likeliest
        first, fewer where there are no more. `choose` is likeliest step by step, so it can be another one.
        """
        h_LD = self.items(items)
        found: list[tuple[tuple[int, ...], float]] = []
        for kind, kind_logprob in _best(self.kinds(h_LD, items), count):
            form = FORMS[kind]
            if form == "bare":
                found.append(((kind,), kind_logprob))
                continue
            on_goal = form == "span"
            for first, first_logprob in _best(self.firsts(h_LD, items, kind, on_goal=on_goal), count):
                ids = (kind, WORD + first - 1 if on_goal else ELEMENT + first - 1 - items.goal)
                logprob = kind_logprob + first_logprob
                if form == "element":
                    found.append((ids, logprob))
                    continue
                last = self.lasts(h_LD, items, kind, first) if on_goal else self.places(h_LD, first)
                base = WORD - 1 if on_goal else PLACE
                found += [((*ids, base + second), logprob + more) for second, more in _best(last, count)]
        return tuple(sorted(found, key=lambda one: -one[1])[:count])

    def kinds(self, h_LD: Array, items: Items) -> Array:
        logits_K = h_LD[0] @ self.weights["kind"] + self.weights["kind_bias"]
        if not items.elements:
            logits_K[[form in ("touch", "element") for form in FORMS]] = _OFF
        return _log_softmax(logits_K)

    def firsts(self, h_LD: Array, items: Items, kind: int, *, on_goal: bool) -> Array:
        query_D = (h_LD[0] + self.weights["kinds"][kind]) @ self.weights["point"]
        logits_L = (h_LD @ self.weights["pointed"]) @ query_D / math.sqrt(self.shape.width)
        start, end = (1, 1 + items.goal) if on_goal else (1 + items.goal, 1 + items.goal + items.elements)
        return _log_softmax(_only(logits_L, start, end))

    def places(self, h_LD: Array, first: int) -> Array:
        logits = (h_LD[first] + h_LD[0]) @ self.weights["place"] + self.weights["place_bias"]
        assert len(logits) == len(PLACES)
        return _log_softmax(logits)

    def lasts(self, h_LD: Array, items: Items, kind: int, first: int) -> Array:
        query_D = (h_LD[0] + self.weights["kinds"][kind] + h_LD[first]) @ self.weights["second"]
        logits_L = (h_LD @ self.weights["seconded"]) @ query_D / math.sqrt(self.shape.width)
        return _log_softmax(_only(logits_L, first, 1 + items.goal))

    def _mean(self, words: NDArray[np.int32]) -> Array:
        known = (words > 0)[..., None]
        counts = np.maximum(known.sum(axis=1), 1).astype(np.float32)
        return np.asarray(np.where(known, self.weights["words"][words], np.float32(0)).sum(axis=1) / counts)

    def _norm(self, values: Array, name: str) -> Array:
        centred = values - values.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_EPS))
        return np.asarray(scaled * self.weights[f"{name}scale"] + self.weights[f"{name}shift"])

    def _attend(self, h_LD: Array, relations_RLL: Array, layer: int) -> Array:
        length, width = h_LD.shape
        heads = self.shape.heads

        def split(name: str) -> Array:
            return (h_LD @ self.weights[f"{layer}.{name}"]).reshape(length, heads, width // heads).transpose(1, 0, 2)

        scores_HLL = split("query") @ split("key").transpose(0, 2, 1) / np.float32(math.sqrt(width // heads))
        scores_HLL += np.tensordot(self.weights[f"{layer}.relations"].T, relations_RLL, axes=1)
        scores_HLL = np.exp(scores_HLL - scores_HLL.max(axis=-1, keepdims=True))
        mixed = (scores_HLL / scores_HLL.sum(axis=-1, keepdims=True)) @ split("value")
        return np.asarray(mixed.transpose(1, 0, 2).reshape(length, width) @ self.weights[f"{layer}.out"])


def _best(logprobs: Array, count: int) -> list[tuple[int, float]]:
    """The `count` likeliest that are possible at all, the likeliest first."""
    return [
        (at, float(logprobs[at]))
        for at in np.argsort(-logprobs, kind="stable")[:count].tolist()
        if logprobs[at] > _OFF / 2
    ]


def _only(logits_L: Array, start: int, end: int) -> Array:
    kept = np.full_like(logits_L, _OFF)
    kept[start:end] = logits_L[start:end]
    return kept


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _gelu(values: Array) -> Array:
    inner = np.float32(_GELU) * (values + np.float32(0.044715) * values**3)
    return np.asarray(np.float32(0.5) * values * (1 + np.tanh(inner)))
