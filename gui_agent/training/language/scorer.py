"""Steps of a language policy as tensors, packed or padded, and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gui_agent.models.branches import branch_mask
from gui_agent.models.encoding import EncodedImage, EncodedPrompt
from gui_agent.models.transformers_attention import BLOCK, TREE, tree_mask
from gui_agent.models.transformers_forward import (
    Sequences,
    first_features,
    hidden_states,
    padded,
    positions_of,
    tensor,
    token_scores,
)
from gui_agent.models.transformers_parts import TransformersParts
from gui_agent.training.packing import ImageSpan, Packed, StepTokens, filled, pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A prompt with its response behind it, of which the last `response` tokens are the response's."""

    whole: EncodedPrompt
    response: int
    step: StepTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What one forward pass computes: the hidden states at `predictors_P` of the flattened tokens tell the
    probabilities of `targets_P`.
    """

    sequences: Sequences
    mask: Any
    predictors_P: torch.Tensor
    targets_P: torch.Tensor


def score(parts: TransformersParts, inputs: Inputs, temperature: float) -> tuple[torch.Tensor, torch.Tensor]:
    """float32 (P,) each: log-probabilities of the targets, entropies in nats."""
    hidden_NTH, _ = hidden_states(parts, inputs.sequences, inputs.mask)
    return token_scores(parts, hidden_NTH.flatten(0, 1)[inputs.predictors_P], inputs.targets_P, temperature)


def encoded(parts: TransformersParts, prompt: EncodedPrompt, response_ids: Sequence[int]) -> Encoded:
    """A step ready to be packed."""
    whole = prompt.followed_by(response_ids)
    spans = [
        ImageSpan(key=image.key, start=start, length=image.tokens)
        for image, start in zip(whole.images, whole.starts, strict=True)
    ]
    step = StepTokens(
        ids_T=whole.ids_T,
        response=len(response_ids),
        images=tuple(spans),
        positions_AT=positions_of(parts, whole),
    )
    return Encoded(whole=whole, response=len(response_ids), step=step)


def packed_inputs(parts: TransformersParts, steps: Sequence[Encoded]) -> Inputs:
    """All steps as one sequence. Targets are in the order of the steps."""
    packed = pack([one.step for one in steps])
    if len(packed.branches) > 1 and parts.device.type == "cuda":
        packed = filled(packed, BLOCK, parts.pad_id)
    images = {image.key: image for one in steps for image in one.whole.images}
    return Inputs(
        sequences=_sequences(parts, packed, [images[key] for key in packed.images]),
        mask=_mask(parts, packed),
        predictors_P=tensor(parts, np.concatenate(packed.predictors)),
        targets_P=tensor(parts, np.concatenate(packed.targets)),
    )


def _mask(parts: TransformersParts, packed: Packed) -> Any:
    """None is needed where every token sees all before it."""
    if len(packed.branches) == 1:
        return torch.ones(1, len(packed.ids_T), dtype=torch.long, device=parts.device)
    if parts.module.get_decoder().config._attn_implementation == TREE and parts.device.type != "cuda":
        found = [(branch.start, branch.stop, tensor(parts, branch.before_T)) for branch in packed.branches]
        return branch_mask(found, parts.device)
    return tree_mask(tensor(parts, packed.ends_T))


def _sequences(parts: TransformersParts, packed: Packed, images: Sequence[EncodedImage]) -> Sequences:
    firsts = first_features(images)
    begin_I = np.array([firsts[image.key] for image in images] or [0])
    feature_T = np.where(packed.image_T >= 0, begin_I[packed.image_T] + packed.patch_T, -1)
    return Sequences(
        ids_NT=tensor(parts, packed.ids_T[None]),
        positions_ANT=tensor(parts, packed.positions_AT[:, None]),
        feature_NT=tensor(parts, feature_T[None]),
        images=tuple(images),
    )


def padded_inputs(parts: TransformersParts, steps: Sequence[Encoded]) -> Inputs:
    """A row each step, padded at the end, where nothing before it looks."""
    sequences, mask_NT = padded(parts, [one.whole for one in steps], "right")
    width = mask_NT.shape[1]
    places, targets = [], []
    for row, one in enumerate(steps):
        end = row * width + len(one.whole.ids_T)
        places.append(np.arange(end - one.response - 1, end - 1))
        targets.append(one.whole.ids_T[len(one.whole.ids_T) - one.response :])
    return Inputs(
        sequences=sequences,
        mask=torch.ones_like(mask_NT),
        predictors_P=tensor(parts, np.concatenate(places)),
        targets_P=tensor(parts, np.concatenate(targets)),
    )
