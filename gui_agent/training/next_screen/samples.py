"""A transition as samples for a text model: the prompt that a predictor asks, and the next sketch in some order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from device_farm.errors import DataError
from gui_agent.models.base import Sampling
from gui_agent.models.prompt import ChatPrompt, Message
from gui_agent.rl.types import TrainSample
from gui_agent.training.learner import Learner
from gui_agent.transitions.recorded import Recorded
from world_model.learning.fixed_order import fixed_order
from world_model.learning.matched_order import matched_order
from world_model.learning.random_order import random_orders
from world_model.learning.soft_places import soft_places
from world_model.predictors.prompt import system_text, user_text
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.printing import print_header, print_line, print_sketch
from world_model.sketch.ranking import task_related_first, within_budget
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketcher.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class NextScreen:
    """How transitions are shown to `learner` and taught in `order`; see `TextConfig` for the rest."""

    learner: Learner
    order: Order
    sketch_tokens: int
    target_tokens: int
    max_tokens: int
    share: float

    async def samples(self, recorded: Recorded, rng: np.random.Generator, *, begun: bool) -> tuple[TrainSample, ...]:
        """Of one transition; before matched and transport order have `begun`, these are the fixed order.

        Raises:
            DataError: the policy cannot read the prompt or say the sketch, or both are too long for it.
            PolicyError: it fails to say what it foretells.
        """
        told = recorded.transition
        prompt = self._prompt(recorded)
        true = within_budget(task_related_first(told.after, told.goal), self.target_tokens)
        match self.order:
            case "random":
                return (self._whole(prompt, random_orders(true, 1, rng)[0], recorded),)
            case "matched" if begun:
                own = await self._own(prompt, told.before)
                return (self._whole(prompt, matched_order(true, own), recorded),)
            case "transport" if begun:
                own = await self._own(prompt, told.before)
                return self._soft(prompt, fixed_order(true), own.lines, recorded)
            case "fixed" | "matched" | "transport":
                return (self._whole(prompt, fixed_order(true), recorded),)
            case _:
                assert_never(self.order)

    def _prompt(self, recorded: Recorded) -> ChatPrompt:
        question = recorded.transition.question
        shown = user_text(question, self.sketch_tokens)
        system = Message.of_text("system", system_text(question))
        return ChatPrompt(messages=(system, Message.of_text("user", shown)))

    async def _own(self, prompt: ChatPrompt, before: Sketch) -> Sketch:
        """What the policy foretells now; no line where it says none."""
        sampling = Sampling(max_tokens=self.max_tokens)
        (completion,) = await self.learner.model.generate(prompt, sampling)
        return parse_sketch(completion.text, before).sketch

    def _whole(self, prompt: ChatPrompt, target: Sketch, recorded: Recorded) -> TrainSample:
        return self._sample(prompt, self._ids(prompt, print_sketch(target)), 0, 1.0, recorded)

    def _soft(
        self, prompt: ChatPrompt, true: Sketch, own: Sequence[SketchLine], recorded: Recorded
    ) -> tuple[TrainSample, ...]:
        """The header; then a sample for every place and line that the plan joins, behind what the policy says itself;
        the end of the reply as one more line. All of one transition share what they begin with.
        """
        own = own[: 2 * len(true.lines) + 2]
        before = [f"{print_header(true)}\n"]
        for one in own:
            before.append(f"{before[-1]}{print_line(one)}\n")
        found = [self._part(prompt, "", before[0], 1.0, recorded)]
        for place, line, weight in soft_places(own, true.lines, share=self.share):
            if line is not None:
                said = f"{before[place]}{print_line(true.lines[line])}\n"
                found.append(self._part(prompt, before[place], said, weight, recorded))
            else:
                ids = self._ids(prompt, before[place])
                found.append(self._sample(prompt, ids, len(ids) - 1, weight, recorded))
        return tuple(replace(sample, step=at) for at, sample in enumerate(found))

    def _part(self, prompt: ChatPrompt, before: str, said: str, weight: float, recorded: Recorded) -> TrainSample:
        """What `said` has beyond `before` is taught, without the end."""
        ids = self._ids(prompt, said)[:-1]
        known = self._ids(prompt, before)[:-1] if before else []
        # A tokenizer may join the last sign of the one with the first of the other.
        same = next((at for at, pair in enumerate(zip(known, ids, strict=False)) if pair[0] != pair[1]), len(known))
        return self._sample(prompt, ids, min(same, len(ids) - 1), weight, recorded)

    def _ids(self, prompt: ChatPrompt, said: str) -> list[int]:
        return list(self.learner.encode(prompt, said))

    def _sample(self, prompt: ChatPrompt, ids: list[int], first: int, weight: float, recorded: Recorded) -> TrainSample:
        """The tokens from `first` on are taught, with that weight."""
        if not ids:
            raise DataError(f"{recorded.origin} has no token to teach", field="after")
        mask_T = np.arange(len(ids)) >= first
        return TrainSample(
            prompt=prompt,
            response_ids_T=np.asarray(ids, dtype=np.int64),
            sampled_logprobs_T=np.zeros(0, dtype=np.float32),
            advantages_T=np.full(len(ids), weight, dtype=np.float32) * mask_T.astype(np.float32),
            mask_T=mask_T,
            trajectory=recorded.origin,
        )
