"""Training of a sketcher in torch, on one core in minutes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from device_farm.errors import DataError, PolicyError
from world_model.learning.transition import Transition
from world_model.sketcher.arrays import TorchOps
from world_model.sketcher.batch import (
    MAX_LINES,
    Batch,
    Choices,
    batch_of,
    causal_mask,
    choices_of,
    lasts_open,
    sources_open,
)
from world_model.sketcher.features import entry_items
from world_model.sketcher.gathering import Limits, gathered
from world_model.sketcher.lessons import Example, Lesson, example_of, lesson
from world_model.sketcher.model import Sketcher, Written, written_vectors
from world_model.sketcher.network import Encoded, Network
from world_model.sketcher.orders import Order
from world_model.sketcher.said import GOAL, Said, Sayings, line_of
from world_model.sketcher.shape import Shape
from world_model.sketcher.vocabulary import Vocabulary

_AHEAD: Final = 4
"""Updates whose transitions are drawn together, cut into batches of like length, and predicted with the same weights:
the last of them learns from what the model said three updates ago."""
_SPARE: Final = 8
"""Lines more than the longest target that a model may say while it learns."""
_BAD_LIMIT: Final = 3
"""Updates in a row whose loss or gradient is no number, after which training ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`updates` of `samples` transitions each, by AdamW: `lr` rises over `warmup` updates and falls to a tenth along a
    cosine. The first `fixed_share` of the updates of matched and transport order take the fixed order: before that a
    model says nothing that could be matched. A share `word_noise` of the words is taken for none.
    """

    order: Order = "matched"
    updates: int = 1500
    samples: int = 16
    lr: float = 2e-3
    warmup: int = 30
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    fixed_share: float = 0.3
    word_noise: float = 0.05
    seed: int = 0
    shape: Shape = field(default_factory=Shape)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """`examples` are those that teach something; `unsaid` is the share of true lines that the vocabulary cannot say.
    `cpu_s` is of the whole process.
    """

    model: Sketcher
    updates: int
    loss: float
    seconds: float
    cpu_s: float
    examples: int
    unsaid: float


def teach(
    transitions: Sequence[Transition],
    recipe: Recipe,
    *,
    tell: Callable[[Mapping[str, float]], None] = lambda figures: None,
) -> Taught:
    """A sketcher that has learnt from `transitions` alone. The same for the same seed, transitions and library.

    Raises:
        DataError: no transition teaches anything.
        PolicyError: loss or gradient was no number in three updates in a row.
    """
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    vocabulary = gathered(transitions, recipe.limits)
    sayings = Sayings(vocabulary)
    made = [example_of(one, sayings) for one in transitions]
    examples = [one for one in made if one.teaches]
    if not examples:
        raise DataError("no transition shows a line that could be learnt", field="data", fix="collect more episodes")
    lessons = _Lessons(vocabulary, recipe)
    for update in range(recipe.updates):
        figures = lessons.update(update, examples)
        tell({"update": update + 1, **figures, "seconds": time.monotonic() - begun_s})
    lines = sum(len(one.true.lines) + one.unsaid for one in made)
    return Taught(
        model=lessons.model(),
        updates=recipe.updates,
        loss=lessons.loss,
        seconds=time.monotonic() - begun_s,
        cpu_s=time.process_time() - begun_cpu_s,
        examples=len(examples),
        unsaid=sum(one.unsaid for one in made) / max(1, lines),
    )


class _Lessons:
    """Weights, optimiser and random numbers of one training."""

    def __init__(self, vocabulary: Vocabulary, recipe: Recipe) -> None:
        self._vocabulary, self._recipe = vocabulary, recipe
        self._rng = np.random.default_rng(recipe.seed)
        generator = torch.Generator().manual_seed(recipe.seed)
        shapes = recipe.shape.weights(len(vocabulary.entries), len(vocabulary.edits), len(vocabulary.headers))
        self._weights = {name: nn.Parameter(begun(name, size, generator)) for name, size in shapes.items()}
        self._network = Network(shape=recipe.shape, weights=self._weights, ops=TorchOps())
        self._items = items = entry_items(vocabulary)
        self._entries = tuple(map(torch.from_numpy, (items.says_LW, items.is_LW, items.kind_L, items.dense_LF)))
        self._drawn: list[list[tuple[Example, Written | None]]] = []
        self._optimiser = torch.optim.AdamW(
            self._weights.values(), lr=recipe.lr, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True
        )
        self._bad = 0
        self.loss = math.nan

    def model(self) -> Sketcher:
        weights = {name: weight.detach().numpy().copy() for name, weight in self._weights.items()}
        return Sketcher(shape=self._recipe.shape, vocabulary=self._vocabulary, weights=weights)

    def update(self, number: int, examples: Sequence[Example]) -> dict[str, float]:
        """One step of the optimiser. Raises PolicyError after too many bad ones."""
        recipe = self._recipe
        if not self._drawn:
            self._drawn = self._draw(number, examples)
        drawn = self._drawn.pop()
        chosen = [one for one, _ in drawn]
        batch = batch_of([one.scene for one in chosen], [one.items for one in chosen])
        taught = [self._lesson(one, written) for one, written in drawn]
        for group in self._optimiser.param_groups:
            group["lr"] = rate(recipe, number)
        self._optimiser.zero_grad(set_to_none=True)
        loss = self._loss(chosen, batch, taught)
        loss.backward()
        norm = float(nn.utils.clip_grad_norm_(self._weights.values(), recipe.clip_norm))
        if math.isfinite(norm) and bool(torch.isfinite(loss)):
            self._optimiser.step()
            self._bad, self.loss = 0, float(loss.detach())
            return {"loss": self.loss, "gradient_norm": norm}
        self._bad += 1
        if self._bad >= _BAD_LIMIT:
            fix = "lower it"
            raise PolicyError(f"loss or gradient was no number in {self._bad} updates in a row", field="lr", fix=fix)
        return {"loss": math.nan, "gradient_norm": norm}

    def _draw(self, number: int, examples: Sequence[Example]) -> list[list[tuple[Example, Written | None]]]:
        """The examples of the next updates, with what the model says of them where the order asks for that."""
        recipe = self._recipe
        drawn = self._rng.integers(len(examples), size=recipe.samples * _AHEAD).tolist()
        chosen = sorted((examples[at] for at in drawn), key=lambda one: len(one.true.lines))
        written: Sequence[Written | None] = [None] * len(chosen)
        if recipe.order in ("matched", "transport") and number >= recipe.fixed_share * recipe.updates:
            batch = batch_of([one.scene for one in chosen], [one.items for one in chosen])
            most = min(MAX_LINES, max(len(one.true.lines) for one in chosen) + _SPARE)
            written = self._view().write(batch, [one.header for one in chosen], most)
        pairs = list(zip(chosen, written, strict=True))
        parts = [pairs[at : at + recipe.samples] for at in range(0, len(pairs), recipe.samples)]
        return [parts[at] for at in self._rng.permutation(len(parts)).tolist()]

    def _lesson(self, example: Example, written: Written | None) -> Lesson:
        order = self._recipe.order
        if written is None:
            return lesson(example, "random" if order == "random" else "fixed", self._rng)
        shown = [line_of(said, example.scene, self._vocabulary) for said in written.lines]
        return lesson(example, order, self._rng, own=written.lines, shown=shown)

    def _view(self) -> Sketcher:
        """The weights as they are, not copied."""
        weights = {name: weight.detach().numpy() for name, weight in self._weights.items()}
        return Sketcher(shape=self._recipe.shape, vocabulary=self._vocabulary, weights=weights, entries=self._items)

    def _loss(self, chosen: Sequence[Example], batch: Batch, lessons: Sequence[Lesson]) -> Any:
        network = self._network
        says = torch.from_numpy(self._noised(batch.says_NLW))
        h_NLD = network.items(says, *map(torch.from_numpy, (batch.is_NLW, batch.kind_NL, batch.dense_NLF)))
        entries = network.entries(*self._entries)
        off, lines = torch.from_numpy(batch.off_NL), torch.from_numpy(batch.lines_NP)
        encoded = network.encode(h_NLD, off, lines, entries)
        headers_N = torch.tensor([one.header for one in chosen])
        h_NTD = _states(network, encoded, batch, lessons, headers_N)
        choices = choices_of(batch, self._vocabulary, [one.header for one in chosen])
        opened = torch.from_numpy(open_choices(choices, lessons))
        logprobs_NTC = network.choices(encoded, h_NTD, torch.from_numpy(choices.entries_NQ), opened)
        nll = _places_nll(network, encoded, batch, choices, lessons, h_NTD, logprobs_NTC)
        header_nll = -encoded.header_NH.gather(1, headers_N[:, None]).mean()
        return nll + 0.1 * header_nll

    def _noised(self, ids: Any) -> Any:
        keep = self._rng.random(ids.shape) >= self._recipe.word_noise
        return ids * keep


def _states(network: Network, encoded: Encoded, batch: Batch, lessons: Sequence[Lesson], headers_N: Any) -> Any:
    """The decoder's states of all places, (N, T, D)."""
    longest = max(1, *(len(one.before) for one in lessons))
    padding = Said("screen", 0)
    said = [[*one.before, *[padding] * (longest - len(one.before))] for one in lessons]
    behind = written_vectors(network, encoded, batch, said, 0, torch)
    x_NTD = torch.cat([network.begun(encoded, headers_N), behind], dim=1)
    return network.decode(encoded, x_NTD, torch.from_numpy(causal_mask(longest + 1)))[0]


def open_choices(choices: Choices, lessons: Sequence[Lesson]) -> Any:
    """What can be said at each place, (N, T, C): what is there and not yet said."""
    places = max(1, *(len(one.before) for one in lessons)) + 1
    opened = np.repeat(choices.open_NC[:, None], places, axis=1)
    for row, one in enumerate(lessons):
        for at, said in enumerate(one.before):
            opened[row, at + 1 :, choices.of(row, said)] = False
    return opened


def _places_nll(
    network: Network,
    encoded: Encoded,
    batch: Batch,
    choices: Choices,
    lessons: Sequence[Lesson],
    h_NTD: Any,
    logprobs_NTC: Any,
) -> Any:
    """Σ weight · −log p over all places of all lessons / Σ weight: of the choice, of the edit of a line, of the source
    of a slot's text, and of the last token of a span.
    """
    taught = [(row, at, said, weight) for row, one in enumerate(lessons) for at, said, weight in one.places]
    rows, places = torch.tensor([one[0] for one in taught]), torch.tensor([one[1] for one in taught])
    wanted = torch.tensor([0 if said is None else choices.of(row, said) for row, _, said, _ in taught])
    weights = torch.tensor([weight for *_, weight in taught])
    total = -(logprobs_NTC[rows, places, wanted] * weights).sum()
    lines = [(row, at, said, weight) for row, at, said, weight in taught if said is not None and said.kind == "screen"]
    if lines:
        h_MD, row, weight = _at(h_NTD, lines)
        index, edit = torch.tensor([one[2].number for one in lines]), torch.tensor([one[2].edit for one in lines])
        edits = network.edits(h_MD, encoded.lines_NPD[row, index])
        total = total - (edits.gather(1, edit[:, None])[:, 0] * weight).sum()
    slots = [(row, at, said, weight) for row, at, said, weight in taught if said is not None and said.source >= 0]
    if slots:
        total = total + _sources_nll(network, encoded, batch, h_NTD, slots)
    return total / weights.sum().clamp_min(1e-6)


def _sources_nll(
    network: Network, encoded: Encoded, batch: Batch, h_NTD: Any, slots: Sequence[tuple[int, int, Said, float]]
) -> Any:
    h_MD, row, weight = _at(h_NTD, slots)
    entry, source = torch.tensor([one[2].number for one in slots]), torch.tensor([one[2].source for one in slots])
    items_MLD = encoded.items_NLD[row]
    opened = torch.from_numpy(sources_open(batch, [one[0] for one in slots]))
    found = network.sources(h_MD, encoded.entries_ED[entry], items_MLD, opened)
    total = -(found.gather(1, source[:, None])[:, 0] * weight).sum()
    spans = [one for one in slots if one[2].last >= 0]
    if not spans:
        return total
    h_MD, row, weight = _at(h_NTD, spans)
    items_MLD, firsts = encoded.items_NLD[row], torch.tensor([one[2].source for one in spans])
    behind = torch.from_numpy(lasts_open(batch, [one[0] for one in spans], [one[2].source for one in spans]))
    lasts = network.lasts(h_MD, items_MLD[torch.arange(len(spans)), firsts], items_MLD, behind)
    last = torch.tensor([GOAL + one[2].last for one in spans])
    return total - (lasts.gather(1, last[:, None])[:, 0] * weight).sum()


def _at(h_NTD: Any, taught: Sequence[tuple[int, int, Said, float]]) -> tuple[Any, Any, Any]:
    row, place = torch.tensor([one[0] for one in taught]), torch.tensor([one[1] for one in taught])
    return h_NTD[row, place], row, torch.tensor([one[3] for one in taught])


def rate(recipe: Recipe, update: int) -> float:
    """lr · (update + 1) / warmup at first, then along a cosine to a tenth of it."""
    if update < recipe.warmup:
        return recipe.lr * (update + 1) / recipe.warmup
    done = (update - recipe.warmup) / max(1, recipe.updates - recipe.warmup)
    return recipe.lr * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))


def begun(name: str, size: tuple[int, ...], generator: Any) -> Any:
    """Weights before training: scales 1, shifts and biases 0, tables small, matrices of unit gain."""
    last = name.rpartition(".")[2]
    if last.endswith("scale"):
        return torch.ones(size)
    if last.endswith(("shift", "bias")):
        return torch.zeros(size)
    drawn = torch.randn(size, generator=generator)
    match last:
        case "words":
            return drawn
        case "entries" | "headers" | "edits" | "kinds" | "end":
            return drawn * 0.1
        case _:
            return drawn / math.sqrt(size[0])
