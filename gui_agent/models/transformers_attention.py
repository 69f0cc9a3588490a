"""Attention of two shapes that transformers' own implementations compute slowly or not at all.

`tree`: packed sequences, in which a token sees its ancestors only. On a GPU such a mask is read block by block (flex
attention); elsewhere every branch is computed with what it sees, so that nothing hidden is computed at all.

`windows_flash`: the many short windows of vision towers. Without the flash-attn package transformers calls a kernel
each; here all windows of one length are one batch. The same numbers, up to the order of summation.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.attention.flex_attention import BlockMask, create_block_mask
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.flex_attention import flex_attention_forward
from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from gui_agent.models.branches import BranchMask
from gui_agent.models.transformers_parts import TransformersParts

TREE, WINDOWS = "tree", "windows_flash"
BLOCK = 128
"""Tokens a block of a flex mask; packed sequences are filled up to whole ones on a GPU."""


def use_own_attention(parts: TransformersParts) -> None:
    """From now on the model's language part reads trees, and its vision tower reads windows in batches."""
    AttentionInterface.register(TREE, tree_attention)
    AttentionInterface.register(WINDOWS, window_attention)
    AttentionMaskInterface.register(TREE, sdpa_mask)
    parts.module.get_decoder().config._attn_implementation = TREE
    if parts.encoder.form is not None:
        parts.module.model.visual.config._attn_implementation = WINDOWS


def tree_attention(
    module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: Any, **options: Any
) -> tuple[torch.Tensor, Any]:
    tree: BranchMask | None = options.pop("tree", None)
    if isinstance(attention_mask, BlockMask):
        found: tuple[torch.Tensor, Any] = flex_attention_forward(module, query, key, value, attention_mask, **options)
        return found
    if tree is None:
        plain: tuple[torch.Tensor, Any] = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return plain
    tree.read += 1
    groups = query.shape[1] // key.shape[1]
    key, value = repeat_kv(key, groups), repeat_kv(value, groups)
    parts = [
        torch.nn.functional.scaled_dot_product_attention(
            query[:, :, own], key[:, :, seen_K], value[:, :, seen_K], attn_mask=sees_QK, scale=options["scaling"]
        )
        for own, seen_K, sees_QK in tree.branches
    ]
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


def tree_mask(ends_T: torch.Tensor) -> Any:
    """Token i sees token j if j ≤ i < ends_j: in blocks on a GPU, else bool (1, 1, T, T)."""
    length = len(ends_T)
    if ends_T.is_cuda:

        def sees(batch: Any, head: Any, row: Any, column: Any) -> Any:
            return (column <= row) & (row < ends_T[column])

        return create_block_mask(
            sees, B=None, H=None, Q_LEN=length, KV_LEN=length, device=ends_T.device, BLOCK_SIZE=BLOCK
        )
    index_T = torch.arange(length, device=ends_T.device)
    return ((index_T[None] <= index_T[:, None]) & (index_T[:, None] < ends_T[None]))[None, None]


def window_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: Any,
    *,
    scaling: float,
    cu_seq_lens_q: torch.Tensor,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """Of (1, heads, S, D), cut into windows at `cu_seq_lens_q`: (1, S, heads, D)."""
    starts_W, lengths_W = cu_seq_lens_q[:-1].long(), cu_seq_lens_q.diff()
    result_SHD = torch.empty_like(query[0].transpose(0, 1))
    for length in lengths_W.unique().tolist():
        places_WL = starts_W[lengths_W == length][:, None] + torch.arange(length, device=query.device)
        windows = [each[0].transpose(0, 1)[places_WL].transpose(1, 2) for each in (query, key, value)]
        seen_WHLD = torch.nn.functional.scaled_dot_product_attention(*windows, scale=scaling)
        result_SHD = result_SHD.index_put((places_WL,), seen_WHLD.transpose(1, 2))
    return result_SHD[None], None
