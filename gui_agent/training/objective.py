"""What an update minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from device_farm.errors import DataError
from gui_agent.rl.losses.base import Loss, figure, token_mean
from gui_agent.rl.losses.entropy import entropy_bonus
from gui_agent.rl.losses.kl import KL_WEIGHT, low_variance_kl
from gui_agent.rl.losses.policy_gradient import CLIP, DUAL_CLIP, policy_gradient
from gui_agent.rl.losses.staleness import importance_weights
from gui_agent.training.batches import Padded
from gui_agent.training.policy import TokenScores


class Objective(Protocol):
    """`needs_reference` asks the trainer for the log-probabilities of the frozen reference policy.

    A call gives the micro-batch's part of the loss, so that the parts of an update add up to its mean over `tokens`
    trained tokens; the figures are means over the micro-batch's own tokens.
    """

    @property
    def needs_reference(self) -> bool: ...

    def __call__(self, scores: TokenScores, batch: Padded, *, tokens: int) -> Loss: ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyObjective:
    """Clipped policy gradient around the sampler's policy + kl · k3(π‖π_ref) − entropy · H; UI-S1's is the default.

    With `importance` the clip is around the policy before the update, and the sampler's age is made up for by weights
    that are cut there (`losses.staleness`). An update takes one step on its samples, so that policy is the one at hand:
    the ratio is 1, no clip binds, and what is left is importance · A · ∇log π.
    """

    clip_low: float = CLIP
    clip_high: float = CLIP
    dual_clip: float | None = DUAL_CLIP
    kl: float = KL_WEIGHT
    entropy: float = 0.0
    importance: float | None = None

    @property
    def needs_reference(self) -> bool:
        return self.kl > 0

    def __call__(self, scores: TokenScores, batch: Padded, *, tokens: int) -> Loss:
        """Raises DataError for samples without the sampler's log-probabilities."""
        if not batch.has_sampled:
            raise DataError("a sample has no log-probabilities of its sampler", field="sampled_logprobs_T")
        mask_NT = batch.mask_NT
        old_NT, weights_NT, aged = batch.sampled_NT, None, dict[str, float]()
        if self.importance is not None:
            old_NT = scores.logprobs_NT.detach()
            weights_NT, aged = importance_weights(old_NT, batch.sampled_NT, mask_NT, limit=self.importance)
        loss, figures = policy_gradient(
            scores.logprobs_NT,
            old_NT,
            batch.advantages_NT,
            mask_NT,
            clip_low=self.clip_low,
            clip_high=self.clip_high,
            dual_clip=self.dual_clip,
            weights_NT=weights_NT,
            total=tokens,
        )
        figures = {**figures, **aged}
        figures.pop("pg_loss")
        figures["entropy"] = figure(token_mean(scores.entropies_NT.detach(), mask_NT))
        if self.kl > 0:
            divergence, figures["kl"] = self._divergence(scores, batch, tokens)
            loss = loss + self.kl * divergence
        if self.entropy > 0:
            loss = loss + self.entropy * entropy_bonus(scores.entropies_NT, mask_NT, total=tokens)[0]
        return loss, figures

    def _divergence(self, scores: TokenScores, batch: Padded, tokens: int) -> tuple[Tensor, float]:
        if batch.reference_NT is None:
            raise DataError("the reference policy's log-probabilities are missing", field="reference")
        part, _ = low_variance_kl(scores.logprobs_NT, batch.reference_NT, batch.mask_NT, total=tokens)
        return part, figure(part) * tokens / max(1, int(batch.mask_NT.sum()))
