"""What an update minimises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, assert_never, runtime_checkable

import torch
from torch import Tensor

from device_farm.errors import ConfigError, DataError
from gui_agent.rl.losses.base import Loss, figure, masked, token_mean
from gui_agent.rl.losses.elpo import WIDE_CLIP, elpo
from gui_agent.rl.losses.entropy import entropy_bonus
from gui_agent.rl.losses.epo import PenaltyForm, epo
from gui_agent.rl.losses.gspo import CLIP_HIGH as SEQUENCE_CLIP_HIGH
from gui_agent.rl.losses.gspo import CLIP_LOW as SEQUENCE_CLIP_LOW
from gui_agent.rl.losses.gspo import gspo
from gui_agent.rl.losses.kl import KL_WEIGHT, low_variance_kl
from gui_agent.rl.losses.luspo import luspo
from gui_agent.rl.losses.policy_gradient import CLIP, DUAL_CLIP, policy_gradient
from gui_agent.rl.losses.staleness import importance_weights
from gui_agent.rl.samples import CRITICAL
from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import Padded
from gui_agent.training.entropy_history import EntropyHistory
from gui_agent.training.policy import TokenScores

LossKind: TypeAlias = Literal["ppo", "gspo", "luspo", "elpo", "epo"]


class Objective(Protocol):
    """`needs_reference` asks the trainer for the log-probabilities of the frozen reference policy.

    A call gives the micro-batch's part of the loss, so that the parts of an update add up to its mean over `tokens`
    trained tokens; the figures are means over the micro-batch's own tokens.
    """

    @property
    def needs_reference(self) -> bool: ...

    def __call__(self, scores: TokenScores, batch: Padded, *, tokens: int) -> Loss: ...


@runtime_checkable
class Following(Protocol):
    """An objective that follows a run: it is told of each optimiser step, and has a state to go on from."""

    def begin(self, samples: Sequence[TrainSample]) -> None: ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any]) -> None: ...


class LikelihoodObjective:
    """Supervised: −w_t · log π(y_t), with w the sample's advantages (1 for demonstrations)."""

    needs_reference = False

    def __call__(self, scores: TokenScores, batch: Padded, *, tokens: int) -> Loss:
        mask_NT = batch.mask_NT
        loss = token_mean(-batch.advantages_NT * scores.logprobs_NT, mask_NT, tokens)
        return loss, {
            "entropy": figure(token_mean(scores.entropies_NT, mask_NT)),
            "likelihood": figure(token_mean(scores.logprobs_NT.exp(), mask_NT)),
        }


@dataclass(slots=True, kw_only=True)
class PolicyObjective:
    """A policy gradient by `kind` + kl · k3(π‖π_ref) − entropy · H; UI-S1's is the default.

        ppo             clipped by token around the sampler's policy (`losses.policy_gradient`)
        gspo, luspo     clipped by response (`losses.gspo`, `losses.luspo`)
        elpo            ppo, with `wide_clip` from a rollout's first error on (`losses.elpo`)
        epo             ppo, with the entropy bonus held near its own past by `penalty` · `beta` (`losses.epo`)

    Clips that are None are those of the kind's paper. With `importance` the clip is around the policy before the
    update, and the sampler's age is made up for by weights that are cut there (`losses.staleness`). In the first step
    of an update that policy is the one at hand: the ratio is 1, no clip binds, and what is left is
    importance · A · ∇log π; clips bind in the steps after it (`trainer.epochs`).

    Raises:
        ConfigError: parts that do not go together; names the key of the config.
    """

    kind: LossKind = "ppo"
    clip_low: float | None = None
    clip_high: float | None = None
    dual_clip: float | None = None
    wide_clip: float | None = None
    kl: float = KL_WEIGHT
    entropy: float = 0.0
    penalty: PenaltyForm = "constant"
    beta: float = 1.0
    importance: float | None = None
    _history: EntropyHistory = field(default_factory=EntropyHistory)
    _responses: int | None = None

    def __post_init__(self) -> None:
        by_response = self.kind in ("gspo", "luspo")
        if by_response and self.dual_clip is not None:
            raise ConfigError(
                f"{self.kind} clips whole responses, on both sides", field="loss.dual_clip", fix="leave it out"
            )
        if by_response and self.importance is not None:
            message = f"{self.kind} has one ratio a response, which has no place for the weights of older samples"
            raise ConfigError(message, field="loss.kind", fix="use ppo or epo, or online.max_staleness = 0")
        if self.wide_clip is not None and self.kind != "elpo":
            raise ConfigError(
                f"{self.kind} knows no wider clip", field="loss.wide_clip", fix='leave it out, or kind = "elpo"'
            )
        if self.kind == "elpo" and self._wide() < max(self._low(CLIP), self._high(CLIP)):
            raise ConfigError("is narrower than the plain clip", field="loss.wide_clip", fix="make it the wider one")
        if self.kind == "epo" and not self.entropy > 0:
            raise ConfigError(
                "epo shapes the entropy bonus, which has no weight", field="loss.entropy", fix="set it above 0"
            )

    @property
    def needs_reference(self) -> bool:
        return self.kl > 0

    def begin(self, samples: Sequence[TrainSample]) -> None:
        """An optimiser step begins; `samples` are all of it. What the last one saw is past now."""
        self._responses = sum(bool(sample.mask_T.any()) for sample in samples)
        self._history.settle()

    def state(self) -> dict[str, Any]:
        return self._history.state()

    def restore(self, state: dict[str, Any]) -> None:
        self._history.restore(state)

    def __call__(self, scores: TokenScores, batch: Padded, *, tokens: int) -> Loss:
        """Raises DataError for samples without the sampler's log-probabilities."""
        if not batch.has_sampled:
            raise DataError("a sample has no log-probabilities of its sampler", field="sampled_logprobs_T")
        loss, figures = self._gradient(scores, batch, tokens)
        figures.pop("pg_loss")
        figures["entropy"] = figure(token_mean(scores.entropies_NT.detach(), batch.mask_NT))
        if self.kl > 0:
            divergence, figures["kl"] = self._divergence(scores, batch, tokens)
            loss = loss + self.kl * divergence
        if self.kind == "epo":
            bonus, said = self._shaped_entropy(scores, batch, tokens)
            loss, figures["entropy_outside"] = loss + self.entropy * bonus, said["entropy_outside"]
        elif self.entropy > 0:
            loss = loss + self.entropy * entropy_bonus(scores.entropies_NT, batch.mask_NT, total=tokens)[0]
        return loss, figures

    def _gradient(self, scores: TokenScores, batch: Padded, tokens: int) -> Loss:
        new_NT, old_NT, weights_NT, aged = scores.logprobs_NT, batch.sampled_NT, None, dict[str, float]()
        if self.importance is not None:
            old_NT = new_NT.detach() if batch.before_NT is None else batch.before_NT
            weights_NT, aged = importance_weights(old_NT, batch.sampled_NT, batch.mask_NT, limit=self.importance)
        dual_clip = DUAL_CLIP if self.dual_clip is None else self.dual_clip
        terms = (new_NT, old_NT, batch.advantages_NT, batch.mask_NT)
        match self.kind:
            case "ppo" | "epo":
                low, high = self._low(CLIP), self._high(CLIP)
                loss, figures = policy_gradient(
                    *terms, clip_low=low, clip_high=high, dual_clip=dual_clip, weights_NT=weights_NT, total=tokens
                )
            case "elpo":
                loss, figures = elpo(
                    *terms,
                    _critical(batch),
                    clip=max(self._low(CLIP), self._high(CLIP)),
                    wide_clip=self._wide(),
                    dual_clip=dual_clip,
                    weights_NT=weights_NT,
                    total=tokens,
                )
            case "gspo" | "luspo":
                by_response = gspo if self.kind == "gspo" else luspo
                low, high = self._low(SEQUENCE_CLIP_LOW), self._high(SEQUENCE_CLIP_HIGH)
                loss, figures = by_response(*terms, clip_low=low, clip_high=high, total=self._responses)
            case _:
                assert_never(self.kind)
        return loss, {**figures, **aged}

    def _low(self, usual: float) -> float:
        return usual if self.clip_low is None else self.clip_low

    def _high(self, usual: float) -> float:
        return usual if self.clip_high is None else self.clip_high

    def _wide(self) -> float:
        return WIDE_CLIP if self.wide_clip is None else self.wide_clip

    def _shaped_entropy(self, scores: TokenScores, batch: Padded, tokens: int) -> Loss:
        steps_N = [sample.step for sample in batch.samples]
        past_N = self._history.means(steps_N)
        sums_N = masked(scores.entropies_NT.detach(), batch.mask_NT).sum(dim=1).tolist()
        for step, entropy, count in zip(steps_N, sums_N, batch.mask_NT.sum(dim=1).tolist(), strict=True):
            self._history.see(step, entropy, count)
        past_N = None if past_N is None else past_N.to(scores.entropies_NT)
        return epo(scores.entropies_NT, past_N, batch.mask_NT, form=self.penalty, beta=self.beta, total=tokens)

    def _divergence(self, scores: TokenScores, batch: Padded, tokens: int) -> tuple[Tensor, float]:
        if batch.reference_NT is None:
            raise DataError("the reference policy's log-probabilities are missing", field="reference")
        part, _ = low_variance_kl(scores.logprobs_NT, batch.reference_NT, batch.mask_NT, total=tokens)
        return part, figure(part) * tokens / max(1, int(batch.mask_NT.sum()))


def _critical(batch: Padded) -> Tensor:
    """Tokens of steps from which their rollout could not be saved any more."""
    lost_N = torch.tensor([bool(sample.tags.get(CRITICAL)) for sample in batch.samples], device=batch.mask_NT.device)
    return lost_N.unsqueeze(1) & batch.mask_NT
