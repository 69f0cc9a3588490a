"""The miniature as the trainer and the rollouts know it: it scores, samples and is saved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import numpy as np
import torch
from torch import Tensor

from device_farm.errors import DataError, PolicyError
from gui_agent.miniature.dialect import text_of
from gui_agent.miniature.features import Items, ItemsCache
from gui_agent.miniature.kinds import ELEMENT, FORMS, PLACE, WORD, decode, encode
from gui_agent.miniature.network import ON_ELEMENT, ON_GOAL, PLACED, Batch, Network, batch_of
from gui_agent.miniature.shape import Shape
from gui_agent.miniature.weight_file import read_weights, write_weights
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.batching import Batcher
from gui_agent.models.prompt import Prompt, ScreenPrompt
from gui_agent.rl.types import TrainSample
from gui_agent.training.policy import TokenScores
from world_model.hashed_words import BUCKETS

_BATCH = 256
_OFF = -1e9


def screen_prompt(prompt: Prompt) -> ScreenPrompt:
    """Raises DataError for a dialogue: the miniature reads screens."""
    if not isinstance(prompt, ScreenPrompt):
        raise DataError(f"the miniature reads a ScreenPrompt, not a {type(prompt).__name__}", field="prompt")
    return prompt


class MiniPolicy:
    """TrainablePolicy: the network, and what it makes of prompts."""

    def __init__(self, shape: Shape | None = None, *, seed: int = 0, word_noise: float = 0.0) -> None:
        """`word_noise` is the share of words that imitation sees as others, the same all over a screen."""
        # A second thread only costs time on tensors of this size.
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        self.module = Network(shape or Shape())
        self.items = ItemsCache()
        self._word_noise = word_noise

    def length(self, sample: TrainSample) -> int:
        return self.items.of(screen_prompt(sample.prompt)).length

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        """Raises DataError naming the sample where an id is no decision of its prompt."""
        many = [self.items.of(screen_prompt(sample.prompt)) for sample in samples]
        if self._word_noise and self.module.training and not any(len(one.sampled_logprobs_T) for one in samples):
            many = [self._noisy(items) for items in many]
        chosen_N3 = torch.tensor([_items_of_ids(sample, items) for sample, items in zip(samples, many, strict=True)])
        different, rows_N = distinct(many)
        batch = batch_of(different)
        h_NLD = self.module(batch)[rows_N]
        longest = max(len(sample.response_ids_T) for sample in samples)
        return _scores(self.module, h_NLD, batch.rows(rows_N), chosen_N3, longest)

    def _noisy(self, items: Items) -> Items:
        """With some words taken for others: what is left to tell is where they stand and where they stand again."""
        table = torch.arange(BUCKETS)
        other = torch.rand(BUCKETS) < self._word_noise
        table[other] = torch.randint(1, BUCKETS, (BUCKETS,))[other]
        table[0] = 0
        return replace(items, words_LW=table.numpy().astype(np.int32)[items.words_LW])

    def save(self, folder: Path) -> None:
        names = self.module.shape.weights()
        write_weights(folder, self.module.shape, {name: self.module.of(name).detach().numpy() for name in names})

    def load(self, folder: Path) -> None:
        """Raises DataError where the folder holds no weights of this shape."""
        shape, weights = read_weights(folder)
        if shape != self.module.shape:
            raise DataError(f"{folder} has shape {shape}, wanted {self.module.shape}", field="weights")
        with torch.no_grad():
            for name, values in weights.items():
                self.module.of(name).copy_(torch.from_numpy(values))

    def copy(self) -> MiniPolicy:
        """The same weights, frozen: a reference."""
        other = MiniPolicy(self.module.shape)
        other.module.load_state_dict(self.module.state_dict())
        other.module.requires_grad_(False)
        return other


def distinct(many: Sequence[Items]) -> tuple[list[Items], Tensor]:
    """Each items object once, and which of them every row has, int64 (N,): what is equal is computed once."""
    numbers: dict[int, int] = {}
    for items in many:
        numbers.setdefault(id(items), len(numbers))
    kept = {id(items): items for items in many}
    return [kept[key] for key in numbers], torch.tensor([numbers[id(items)] for items in many])


def _items_of_ids(sample: TrainSample, items: Items) -> list[int]:
    """Kind, item and second choice (an item or a place); 0 where a reply has fewer decisions."""
    ids = [int(value) for value in sample.response_ids_T]
    name = f"{sample.trajectory} step {sample.step}"
    if not ids or not 0 <= ids[0] < len(FORMS):
        raise DataError(f"{name}: {ids} begins with no kind of action", field="response_ids_T")
    form = FORMS[ids[0]]
    wanted = {"touch": 3, "element": 2, "span": 3, "bare": 1}[form]
    if len(ids) != wanted:
        raise DataError(f"{name}: {ids} has {len(ids)} decisions instead of {wanted}", field="response_ids_T")
    match form:
        case "touch" | "element":
            return [ids[0], 1 + items.goal + ids[1] - ELEMENT, ids[2] - PLACE if form == "touch" else 0]
        case "span":
            return [ids[0], 1 + ids[1] - WORD, 1 + ids[2] - WORD]
        case _:
            return [ids[0], 0, 0]


def _scores(module: Network, h_NLD: Tensor, batch: Batch, chosen_N3: Tensor, longest: int) -> TokenScores:
    kinds_N, firsts_N, seconds_N = chosen_N3.unbind(1)
    kind = module.kinds(h_NLD, batch)
    columns = [_picked(kind, kinds_N)]
    pointed, placed = (ON_ELEMENT | ON_GOAL)[kinds_N], PLACED[kinds_N]
    if longest > 1:
        columns.append(_masked(_picked(module.firsts(h_NLD, batch, kinds_N), firsts_N), pointed))
    if longest > 2:
        place = _picked(module.places(h_NLD, kinds_N, firsts_N), torch.where(placed, seconds_N, 0))
        last = _picked(module.lasts(h_NLD, batch, kinds_N, firsts_N), torch.where(placed, 0, seconds_N))
        spans = ON_GOAL[kinds_N]
        columns.append(
            [_where(placed, one, _where(spans, other, None)) for one, other in zip(place, last, strict=True)]
        )
    logprobs, entropies = zip(*columns, strict=True)
    return TokenScores(logprobs_NT=torch.stack(logprobs, 1), entropies_NT=torch.stack(entropies, 1))


def _picked(logprobs: Tensor, chosen_N: Tensor) -> list[Tensor]:
    """The chosen entry's log-probability and the distribution's entropy, (N,) each."""
    return [logprobs.gather(1, chosen_N[:, None])[:, 0], -(logprobs.exp() * logprobs).sum(-1)]


def _masked(pair: list[Tensor], keep_N: Tensor) -> list[Tensor]:
    return [_where(keep_N, one, None) for one in pair]


def _where(keep_N: Tensor, one: Tensor, other: Tensor | None) -> Tensor:
    return torch.where(keep_N, one, torch.zeros_like(one) if other is None else other)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    prompt: ScreenPrompt
    temperature: float
    seed: int
    n: int


Reply: TypeAlias = tuple[tuple[int, ...], tuple[float, ...]]


class MiniModel:
    """The model port on the same weights: concurrent calls are computed in batches."""

    name = "mini"

    def __init__(self, policy: MiniPolicy) -> None:
        self._policy = policy
        self._batcher: Batcher[_Call, list[Reply]] = Batcher(self._compute, limit=_BATCH, window_s=0.002)

    async def __aenter__(self) -> Self:
        self._batcher.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._batcher.close()

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """Raises PolicyError for a dialogue, and for a given action that is none of the miniature's."""
        try:
            screen = screen_prompt(prompt)
            if screen.given is not None:
                return (_completed(screen, (encode(screen.given, screen), ()), 0.0),) * n
        except DataError as error:
            raise PolicyError(error.message, field="prompt") from error
        begun_s = time.perf_counter()
        call = _Call(prompt=screen, temperature=sampling.temperature, seed=sampling.seed or 0, n=n)
        replies = await self._batcher.submit(call)
        spent_ms = (time.perf_counter() - begun_s) * 1000
        return tuple(_completed(screen, reply, spent_ms) for reply in replies)

    def _compute(self, calls: Sequence[_Call]) -> list[list[Reply]]:
        many = [self._policy.items.of(call.prompt) for call in calls]
        different, places = distinct(many)
        rows = torch.repeat_interleave(torch.arange(len(calls)), torch.tensor([call.n for call in calls]))
        draws_M3 = np.concatenate([np.random.default_rng(call.seed).random((call.n, 3)) for call in calls])
        temperatures_M1 = torch.tensor([calls[row].temperature for row in rows.tolist()])[:, None]
        draw = _Draw(torch.from_numpy(draws_M3), temperatures_M1)
        batch, places_M = batch_of(different), places[rows]
        with torch.inference_mode():
            h_MLD = self._policy.module(batch)[places_M]
            chosen_M3, logprobs_M3 = _sampled(self._policy.module, h_MLD, batch.rows(places_M), draw)
        replies: list[list[Reply]] = [[] for _ in calls]
        for row, chosen, logprobs in zip(rows.tolist(), chosen_M3.tolist(), logprobs_M3.tolist(), strict=True):
            ids = ids_of_choice(chosen, many[row])
            replies[row].append((ids, tuple(logprobs[: len(ids)])))
        return replies


class _Draw:
    """One choice a row out of log-probabilities, by the row's own random number; the likeliest at temperature 0."""

    def __init__(self, draws_M3: Tensor, temperatures_M1: Tensor) -> None:
        self._draws = iter(draws_M3.unbind(1))
        self._temperatures = temperatures_M1

    def __call__(self, logprobs: Tensor) -> tuple[Tensor, Tensor]:
        """The choices and their log-probabilities under what was sampled from, (M,) each."""
        greedy = self._temperatures <= 0
        warm = (logprobs / torch.where(greedy, 1.0, self._temperatures)).log_softmax(-1)
        shares = warm.exp().double().cumsum(-1)
        drawn = (shares < (next(self._draws) * shares[:, -1])[:, None]).sum(-1)
        chosen = torch.where(greedy[:, 0], logprobs.argmax(-1), drawn)
        return chosen, warm.gather(1, chosen[:, None])[:, 0]


def _sampled(module: Network, h_MLD: Tensor, batch: Batch, draw: _Draw) -> tuple[Tensor, Tensor]:
    kinds_M, kind_logprobs = draw(module.kinds(h_MLD, batch))
    firsts_M, first_logprobs = draw(module.firsts(h_MLD, batch, kinds_M))
    placed = PLACED[kinds_M]
    place = module.places(h_MLD, kinds_M, firsts_M)
    # One table for both forms of the last decision: places in the first columns, or items.
    table = module.lasts(h_MLD, batch, kinds_M, firsts_M)
    table[placed] = _OFF
    table[placed, : place.shape[1]] = place[placed]
    seconds_M, second_logprobs = draw(table)
    chosen = torch.stack([kinds_M, firsts_M, seconds_M], 1)
    return chosen, torch.stack([kind_logprobs, first_logprobs, second_logprobs], 1)


def ids_of_choice(chosen: Sequence[int], items: Items) -> tuple[int, ...]:
    """Kind, item and second choice as token ids."""
    kind, first, second = chosen
    match FORMS[kind]:
        case "touch":
            return kind, ELEMENT + first - 1 - items.goal, PLACE + second
        case "element":
            return kind, ELEMENT + first - 1 - items.goal
        case "span":
            return kind, WORD + first - 1, WORD + second - 1
        case "bare":
            return (kind,)


def _completed(screen: ScreenPrompt, reply: Reply, spent_ms: float) -> Completion:
    ids, logprobs = reply
    return Completion(
        text=text_of(decode(ids, screen), screen),
        token_ids=ids,
        logprobs=logprobs,
        latency_ms=spent_ms,
        completion_tokens=len(ids),
    )
