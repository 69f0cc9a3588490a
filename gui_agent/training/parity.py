"""The parity gate inside the training loop: sampled tokens scored again by the trainer, before it learns from them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import torch

from device_farm.errors import PolicyError
from gui_agent.models.parity import Agreement, ParityConfig, agreement, check_agreement, check_prompt
from gui_agent.models.prompt import Prompt
from gui_agent.rl.types import TrainSample
from gui_agent.training.config import ParitySection
from gui_agent.training.policy import TrainablePolicy
from gui_agent.training.source import SampleSource, Supply

_BATCH = 8
_WORST = 40
_DIVERGENCE = 0.2
"""Of the bound: the worst token's may be so many times greater; the divergence a token so much, in nats."""
FIX: Final = (
    "look at what the server was shown: images dropped or resized (its min_pixels, max_pixels and limit of images a "
    "prompt), other weights, another precision, another temperature or top_p"
)


@runtime_checkable
class ReadsPrompts(Protocol):
    """A policy that tells what it makes of a prompt; `image_token` stands for a part of an image, None without any."""

    @property
    def image_token(self) -> int | None: ...

    def prompt_ids(self, prompt: Prompt) -> Sequence[int]: ...


class GatedSource:
    """The samples of `source`, after the trainer has scored some of them itself.

    The first ones are always compared, of a run that is resumed, too; then those of every `config.every`-th update.
    Only what the present policy sampled counts: older replies differ for good reason. Where weights are `published`,
    the second update's are compared as well: the first adapters change nothing, so that a server may leave them out.
    """

    def __init__(
        self, source: SampleSource, policy: TrainablePolicy, config: ParitySection, *, published: bool = False
    ) -> None:
        self._source, self._policy, self._config = source, policy, config
        self._published = published
        self._compared = False

    async def next(self, policy_version: int) -> Supply:
        """Raises PolicyError where the two sides differ by more than the bound, or were not shown the same."""
        supply = await self._source.next(policy_version)
        every = self._config.every
        due = policy_version % every == 0 if every else policy_version == 0
        due = due or (self._published and policy_version == 1)
        if self._compared and not due:
            return supply
        chosen = self._chosen(supply.samples, policy_version)
        if not chosen:
            return supply
        found = await asyncio.to_thread(self._compare, chosen, policy_version)
        self._compared = True
        # Only when it is due: a resumed run has the figures of an unbroken one.
        return replace(supply, figures={**supply.figures, **_figures(found)}) if due else supply

    def _chosen(self, samples: Sequence[TrainSample], version: int) -> list[TrainSample]:
        """Evenly over the update's."""
        fresh = [one for one in samples if one.policy_version == version and len(one.sampled_logprobs_T)]
        count = min(self._config.samples, len(fresh))
        return [fresh[index * len(fresh) // count] for index in range(count)]

    def _compare(self, samples: Sequence[TrainSample], version: int) -> Agreement:
        where = f"before update {version + 1}"
        if isinstance(self._policy, ReadsPrompts):
            for one in (one for one in samples if one.prompt_ids):
                _same_prompt(one, self._policy, where)
        server, trainer = [], []
        with torch.no_grad():
            for begin in range(0, len(samples), _BATCH):
                batch = samples[begin : begin + _BATCH]
                logprobs_NT = self._policy.score(batch).logprobs_NT.float().cpu().numpy()
                for logprobs_T, one in zip(logprobs_NT, batch, strict=True):
                    trainer.append(logprobs_T[: len(one.mask_T)][one.mask_T])
                    server.append(one.sampled_logprobs_T[one.mask_T])
        try:
            found = agreement(np.concatenate(server), np.concatenate(trainer))
            check_agreement(found, self._bounds())
        except ValueError as error:
            raise PolicyError(f"{where}, {error}", field="parity.bound", fix=FIX) from error
        except PolicyError as error:
            raise PolicyError(f"{where}, {error.message}", field="parity.bound", fix=FIX) from error
        return found

    def _bounds(self) -> ParityConfig:
        bound = self._config.bound
        return ParityConfig(max_mean_abs=bound, max_abs=_WORST * bound, max_kl=_DIVERGENCE * bound)

    def state(self) -> dict[str, Any]:
        return self._source.state()

    def restore(self, state: dict[str, Any]) -> None:
        self._source.restore(state)


def _same_prompt(sample: TrainSample, policy: ReadsPrompts, where: str) -> None:
    try:
        check_prompt(sample.prompt, sample.prompt_ids, policy.prompt_ids(sample.prompt), policy.image_token)
    except PolicyError as error:
        place = f"{where}, {sample.trajectory or 'a sample'} step {sample.step}"
        raise PolicyError(f"{place}: {error.message}", field=error.field, fix=FIX) from error


def _figures(found: Agreement) -> dict[str, float]:
    return {"parity": found.mean_abs, "parity_worst": found.max_abs, "parity_tokens": found.tokens}
