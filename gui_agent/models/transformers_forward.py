"""The forward pass that sampling, scoring and training share: sequences in, hidden states and log-probabilities out.

Every image of a batch goes through the vision tower once, however many sequences show it, and its features are put
where its placeholders stand. That is what the models' own forward does, image by image, for one sequence after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.checkpoint import checkpoint

from device_farm.errors import ConfigError
from gui_agent.models.branches import BranchMask
from gui_agent.models.encoding import EncodedImage, EncodedPrompt
from gui_agent.models.positions import rope_positions
from gui_agent.models.transformers_parts import TransformersParts

_ROWS = 1024
"""Logits that are held at once: with a vocabulary of 152,000, 0.6 GB in float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequences:
    """N sequences of T tokens on the model's device.

    `positions_ANT` has three axes for models that see, one for others. `feature_NT` is the place of a placeholder among
    the features of all `images`, one image after the other; −1 for text.
    """

    ids_NT: torch.Tensor
    positions_ANT: torch.Tensor
    feature_NT: torch.Tensor
    images: tuple[EncodedImage, ...]


def padded(
    parts: TransformersParts, prompts: Sequence[EncodedPrompt], side: Literal["left", "right"]
) -> tuple[Sequences, torch.Tensor]:
    """Prompts as one batch, and int64 (N, T), 0 for padding."""
    longest = max(len(prompt.ids_T) for prompt in prompts)
    images = {image.key: image for prompt in prompts for image in prompt.images}
    firsts = first_features(list(images.values()))
    ids_NT = np.full((len(prompts), longest), parts.pad_id, np.int64)
    mask_NT, feature_NT = np.zeros_like(ids_NT), np.full_like(ids_NT, -1)
    positions_ANT = np.zeros((3 if parts.encoder.form else 1, len(prompts), longest), np.int64)
    for row, prompt in enumerate(prompts):
        begin = longest - len(prompt.ids_T) if side == "left" else 0
        place = slice(begin, begin + len(prompt.ids_T))
        ids_NT[row, place], mask_NT[row, place] = prompt.ids_T, 1
        positions_ANT[:, row, place] = positions_of(parts, prompt)
        for image, start in zip(prompt.images, prompt.starts, strict=True):
            run = slice(begin + start, begin + start + image.tokens)
            feature_NT[row, run] = firsts[image.key] + np.arange(image.tokens)
    sequences = Sequences(
        ids_NT=tensor(parts, ids_NT),
        positions_ANT=tensor(parts, positions_ANT),
        feature_NT=tensor(parts, feature_NT),
        images=tuple(images.values()),
    )
    return sequences, tensor(parts, mask_NT)


def positions_of(parts: TransformersParts, prompt: EncodedPrompt) -> Any:
    """int64 (A, T): three axes where the model sees, else one."""
    axes = 3 if parts.encoder.form else 1
    return rope_positions(prompt, parts.merge)[:axes]


def first_features(images: Sequence[EncodedImage]) -> dict[str, int]:
    """Where each image's features begin among those of all."""
    starts = np.cumsum([0, *(image.tokens for image in images)])
    return {image.key: int(start) for image, start in zip(images, starts[:-1], strict=True)}


def tensor(parts: TransformersParts, array: Any) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(parts.device, non_blocking=True)


def hidden_states(
    parts: TransformersParts, sequences: Sequences, mask: Any, *, cache: Any = None, keep: bool = False
) -> tuple[torch.Tensor, Any]:
    """(N, T, H), and the cache of keys and values where it is to `keep` one, or was given one.

    `mask` is (N, T) with 0 for padding, or says for every pair of tokens whether one sees the other, or by branches.

    Raises ConfigError for an architecture whose layers are not told of the branches.
    """
    embedded_NTH = parts.module.get_input_embeddings()(sequences.ids_NT)
    seen: dict[str, Any] = {}
    if sequences.images:
        shown_NT = sequences.feature_NT >= 0
        places = sequences.feature_NT[shown_NT]
        features_FH, deeper = _see(parts, sequences.images)
        chosen = features_FH[places].to(embedded_NTH.dtype)
        embedded_NTH = embedded_NTH.masked_scatter(shown_NT[..., None], chosen)
        if deeper:
            seen = {"visual_pos_masks": shown_NT, "deepstack_visual_embeds": [each[places] for each in deeper]}
    positions = sequences.positions_ANT if parts.encoder.form else sequences.positions_ANT[0]
    if isinstance(mask, BranchMask):
        seen["tree"] = mask
    output = parts.module.get_decoder()(
        inputs_embeds=embedded_NTH,
        attention_mask=torch.ones_like(sequences.ids_NT) if isinstance(mask, BranchMask) else mask,
        position_ids=positions,
        past_key_values=cache,
        use_cache=keep or cache is not None,
        **seen,
    )
    if isinstance(mask, BranchMask) and not mask.read:
        message = f"the layers of a {parts.module.config.model_type} do not see packed sequences as their steps alone"
        raise ConfigError(message, field="trainer.packing", fix="set it to false")
    return output.last_hidden_state, output.past_key_values


def _see(parts: TransformersParts, images: Sequence[EncodedImage]) -> tuple[torch.Tensor, Sequence[torch.Tensor]]:
    """Features (F, H) of all images, and those that Qwen3-VL adds in its first layers."""
    patches_PF = patches_on(parts, np.concatenate([image.pixels_PF for image in images]))
    grids_I3 = tensor(parts, np.array([(1, *image.grid) for image in images], np.int64))
    output = parts.module.model.get_image_features(patches_PF, grids_I3, return_dict=True)
    return torch.cat(list(output.pooler_output)), getattr(output, "deepstack_features", None) or ()


def patches_on(parts: TransformersParts, pixels_PF: NDArray[np.uint8]) -> torch.Tensor:
    """As `encoding.patches_of` has them, scaled on the model's device: a quarter of the bytes travel."""
    form = parts.encoder.form
    assert form is not None
    mean_C, std_C = (tensor(parts, np.array(each, np.float32))[:, None, None] for each in (form.mean, form.std))
    scaled = tensor(parts, pixels_PF).reshape(len(pixels_PF), 3, 1, -1).float() / 255.0
    return ((scaled - mean_C) / std_C).expand(-1, -1, form.frames, -1).reshape(len(pixels_PF), -1)


def sayable_logits(parts: TransformersParts, hidden_PH: torch.Tensor) -> torch.Tensor:
    """float32 (P, V), −∞ for what no reply may hold."""
    logits_PV = parts.module.get_output_embeddings()(hidden_PH).float()
    if parts.unsayable:
        logits_PV = logits_PV.index_fill(-1, torch.tensor(parts.unsayable, device=logits_PV.device), -torch.inf)
    return logits_PV


def token_scores(
    parts: TransformersParts, hidden_PH: torch.Tensor, targets_P: torch.Tensor, temperature: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """float32 (P,) each: log p of the targets and the entropy in nats of p = softmax(logits / temperature).

    A part of the rows at a time, and with gradients the logits are computed again rather than kept: what is held is the
    hidden states, not (P, V).
    """

    def part(hidden: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logprobs_PV = torch.log_softmax(sayable_logits(parts, hidden) / temperature, dim=-1)
        chosen_P = logprobs_PV.gather(-1, targets[:, None])[:, 0]
        # 0 · −∞ is no number, though its limit is 0.
        entropy_P = -(logprobs_PV.exp() * logprobs_PV.masked_fill(logprobs_PV == -torch.inf, 0.0)).sum(-1)
        return chosen_P, entropy_P

    pieces = []
    for hidden, targets in zip(hidden_PH.split(_ROWS), targets_P.split(_ROWS), strict=True):
        if torch.is_grad_enabled():
            pieces.append(checkpoint(part, hidden, targets, use_reentrant=False))
        else:
            pieces.append(part(hidden, targets))
    if not pieces:
        none = hidden_PH.new_zeros(0, dtype=torch.float32)
        return none, none
    logprobs, entropies = zip(*pieces, strict=True)
    return torch.cat(logprobs), torch.cat(entropies)
