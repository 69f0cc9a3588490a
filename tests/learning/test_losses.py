"""Every loss, against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch", reason="losses need torch")

import torch
from torch import Tensor

from gui_agent.rl.losses.base import token_mean
from gui_agent.rl.losses.elpo import elpo
from gui_agent.rl.losses.entropy import entropy_bonus
from gui_agent.rl.losses.epo import epo
from gui_agent.rl.losses.gspo import gspo
from gui_agent.rl.losses.kl import low_variance_kl
from gui_agent.rl.losses.luspo import luspo
from gui_agent.rl.losses.policy_gradient import policy_gradient
from gui_agent.rl.losses.staleness import importance_weights

NAN = math.nan
ALL = torch.ones(1, 1, dtype=torch.bool)


def row(*values: float) -> Tensor:
    return torch.tensor([values], dtype=torch.float64)


def rows(*values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def at_ratio(*ratios: float) -> Tensor:
    """Log-probabilities whose ratio to 0 is the given one, with gradients."""
    return row(*(math.log(ratio) for ratio in ratios)).requires_grad_()


def test_token_mean_weighs_tokens_not_responses() -> None:
    values, mask = rows([1, 2, 3], [7, NAN, NAN]), torch.tensor([[True, True, True], [True, False, False]])
    assert token_mean(values, mask).item() == pytest.approx((1 + 2 + 3 + 7) / 4)


def test_token_mean_of_micro_batches_adds_up_to_that_of_the_batch() -> None:
    values, mask = rows([1, 2, 3], [7, 0, 0]), torch.tensor([[True, True, True], [True, False, False]])
    parts = [token_mean(values[i : i + 1], mask[i : i + 1], total=4).item() for i in range(2)]
    assert parts == pytest.approx([6 / 4, 7 / 4])
    assert sum(parts) == pytest.approx(token_mean(values, mask).item())


def test_token_mean_without_a_token_is_zero_with_a_gradient() -> None:
    values = rows([NAN, 2.0]).requires_grad_()
    loss = token_mean(values, torch.zeros(1, 2, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert values.grad is not None
    assert values.grad.tolist() == [[0, 0]]


def test_token_mean_refuses_a_mask_of_another_shape() -> None:
    with pytest.raises(ValueError, match="mask"):
        token_mean(rows([1, 2]), ALL)


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "gradient"),
    [
        # −ρA, and its gradient −ρA, inside the range.
        (1.0, 2.0, -2.0, -2.0),
        (1.1, 2.0, -2.2, -2.2),
        (0.9, -1.0, 0.9, 0.9),
        # Better already than the range allows: nothing to gain.
        (1.5, 2.0, -1.2 * 2.0, 0.0),
        (0.5, -1.0, 0.8, 0.0),
        # Worse than before: no clip.
        (0.5, 2.0, -1.0, -1.0),
        (1.5, -1.0, 1.5, 1.5),
        # The dual clip: at most 3 times the advantage.
        (2.9, -1.0, 2.9, 2.9),
        (5.0, -2.0, 6.0, 0.0),
        (1.0, 0.0, 0.0, 0.0),
    ],
)
def test_policy_gradient_by_hand(ratio: float, advantage: float, loss: float, gradient: float) -> None:
    logprobs = at_ratio(ratio)
    value, _ = policy_gradient(logprobs, row(0), row(advantage), ALL)
    value.backward()
    assert value.item() == pytest.approx(loss)
    assert logprobs.grad is not None
    assert logprobs.grad.item() == pytest.approx(gradient)


def test_policy_gradient_metrics_count_trained_tokens_only() -> None:
    logprobs = at_ratio(1.5, 5.0, 1.0, 1.0)
    mask = torch.tensor([[True, True, True, False]])
    value, metrics = policy_gradient(logprobs, row(0, 0, 0, NAN), row(1, -1, 1, NAN), mask)
    # −1.2, 3 (dual) and −1 over three tokens.
    assert value.item() == pytest.approx((-1.2 + 3 - 1) / 3)
    assert metrics["clip_fraction"] == pytest.approx(1 / 3)
    assert metrics["dual_clip_fraction"] == pytest.approx(1 / 3)
    assert metrics["ratio_mean"] == pytest.approx((1.5 + 5 + 1) / 3)
    assert metrics["approx_kl"] == pytest.approx(-(math.log(1.5) + math.log(5)) / 3)
    value.backward()
    assert logprobs.grad is not None
    assert torch.isfinite(logprobs.grad).all()
    assert logprobs.grad[0, 3] == 0


def test_policy_gradient_without_dual_clip_has_no_bound() -> None:
    value, metrics = policy_gradient(at_ratio(5.0), row(0), row(-2), ALL, dual_clip=None)
    assert value.item() == pytest.approx(10)
    assert metrics["dual_clip_fraction"] == 0
    with pytest.raises(ValueError, match="dual_clip"):
        policy_gradient(at_ratio(5.0), row(0), row(-2), ALL, dual_clip=1.0)


def test_policy_gradient_takes_weights_and_a_total() -> None:
    mask = torch.ones(1, 2, dtype=torch.bool)
    value, _ = policy_gradient(at_ratio(1, 1), row(0, 0), row(1, 3), mask, weights_NT=row(0.5, 2), total=4)
    assert value.item() == pytest.approx(-(0.5 * 1 + 2 * 3) / 4)


def test_policy_gradient_stays_finite_where_a_ratio_explodes() -> None:
    logprobs = row(500.0).to(torch.float32).requires_grad_()
    value, _ = policy_gradient(logprobs, row(0).to(torch.float32), row(-1).to(torch.float32), ALL)
    value.backward()
    assert value.item() == pytest.approx(3)
    assert logprobs.grad is not None
    assert logprobs.grad.item() == 0


def test_low_variance_kl_by_hand() -> None:
    logprobs = row(math.log(0.5), math.log(0.2), NAN).requires_grad_()
    reference = row(math.log(0.25), math.log(0.2), 0)
    loss, metrics = low_variance_kl(logprobs, reference, torch.tensor([[True, True, False]]))
    # d = ln ½: ½ + ln 2 − 1; then 0; mean over two tokens. Gradient of k3 by log π is 1 − exp(d).
    assert loss.item() == pytest.approx((0.5 + math.log(2) - 1) / 2)
    assert metrics["kl"] == pytest.approx(loss.item())
    loss.backward()
    assert logprobs.grad is not None
    assert logprobs.grad.tolist() == [pytest.approx([0.25, 0, 0])]


def test_entropy_bonus_is_minus_the_mean() -> None:
    loss, metrics = entropy_bonus(row(1, 3, NAN), torch.tensor([[True, True, False]]))
    assert (loss.item(), metrics["entropy"]) == (-2, 2)


def test_importance_weights_are_cut_and_have_no_gradient() -> None:
    old = at_ratio(0.5, 1.5, 4.0, 1.0)
    weights, metrics = importance_weights(old, row(0, 0, 0, NAN), torch.tensor([[True, True, True, False]]))
    assert weights.tolist() == [pytest.approx([0.5, 1.5, 2.0, 0.0])]
    assert not weights.requires_grad
    assert metrics["staleness_weight_mean"] == pytest.approx(4 / 3)
    assert metrics["staleness_truncated"] == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="limit"):
        importance_weights(old, row(0, 0, 0, 0), torch.ones(1, 4, dtype=torch.bool), limit=0)


SEQUENCES = torch.tensor([[True, True, True, True], [True, False, False, False], [False] * 4])


def test_gspo_by_hand() -> None:
    # Ratio of the first: exp((4 · 0.0001) / 4); of the second exp(0.01), clipped at 1.0004; the third is empty.
    logprobs = rows([0.0001] * 4, [0.01, NAN, NAN, NAN], [NAN] * 4).requires_grad_()
    old, advantages = torch.zeros(3, 4, dtype=torch.float64), rows([2] * 4, [1, NAN, NAN, NAN], [NAN] * 4)
    loss, metrics = gspo(logprobs, old, advantages, SEQUENCES)
    assert loss.item() == pytest.approx(-(2 * math.exp(0.0001) + 1.0004) / 2)
    assert metrics["clip_fraction"] == pytest.approx(0.5)
    loss.backward()
    assert logprobs.grad is not None
    # −A s / (N |y|) a token of the first, none of the clipped second.
    assert logprobs.grad[0].tolist() == pytest.approx([-2 * math.exp(0.0001) / (2 * 4)] * 4)
    assert logprobs.grad[1:].tolist() == [[0] * 4] * 2


def test_luspo_gives_each_token_its_advantage_whatever_the_length() -> None:
    logprobs = rows([0] * 4, [0, NAN, NAN, NAN], [NAN] * 4).requires_grad_()
    old, advantages = torch.zeros(3, 4, dtype=torch.float64), rows([2] * 4, [1] * 4, [9] * 4)
    loss, _ = luspo(logprobs, old, advantages, SEQUENCES)
    assert loss.item() == pytest.approx(-(4 * 2 + 1 * 1) / 2)
    loss.backward()
    assert logprobs.grad is not None
    assert logprobs.grad[0].tolist() == pytest.approx([-1] * 4)
    assert logprobs.grad[1].tolist() == pytest.approx([-0.5, 0, 0, 0])


@pytest.mark.parametrize("loss", [gspo, luspo])
def test_sequence_losses_of_nothing_are_zero(loss: object) -> None:
    logprobs = rows([NAN, NAN]).requires_grad_()
    assert callable(loss)
    value, _ = loss(logprobs, rows([0, 0]), rows([1, 1]), torch.zeros(1, 2, dtype=torch.bool))
    value.backward()
    assert value.item() == 0
    assert logprobs.grad is not None
    assert logprobs.grad.tolist() == [[0, 0]]


def test_sequence_losses_take_the_total_of_the_update() -> None:
    arguments = (rows([0, 0]), rows([0, 0]), rows([3, 3]), torch.ones(1, 2, dtype=torch.bool))
    assert gspo(*arguments, total=4)[0].item() == pytest.approx(-3 / 4)
    assert luspo(*arguments, total=4)[0].item() == pytest.approx(-6 / 4)


def test_elpo_clips_wider_from_the_critical_step_on() -> None:
    mask = torch.ones(1, 2, dtype=torch.bool)
    logprobs, critical = at_ratio(1.25, 1.25), torch.tensor([[False, True]])
    loss, metrics = elpo(logprobs, row(0, 0), row(1, 1), mask, critical)
    assert loss.item() == pytest.approx(-(1.2 + 1.25) / 2)
    assert metrics["critical_share"] == 0.5
    plain, _ = policy_gradient(logprobs, row(0, 0), row(1, 1), mask)
    assert elpo(logprobs, row(0, 0), row(1, 1), mask, torch.zeros_like(mask))[0].item() == pytest.approx(plain.item())
    with pytest.raises(ValueError, match="narrower"):
        elpo(logprobs, row(0, 0), row(1, 1), mask, critical, wide_clip=0.1)


def test_epo_by_hand() -> None:
    # The past is 1: 0.5 is 0.3 below, 1 is inside, 2 is 0.8 above.
    mask, past = torch.tensor([[True, True, True, False]]), torch.tensor([1.0], dtype=torch.float64)
    entropies = row(0.5, 1, 2, NAN).requires_grad_()
    bonus = (0.5 + 1 + 2) / 3
    constant, metrics = epo(entropies, past, mask)
    assert constant.item() == pytest.approx(0.2 / 3 - bonus)
    assert metrics["entropy_outside"] == pytest.approx(2 / 3)
    assert torch.autograd.grad(constant, entropies)[0].tolist() == [pytest.approx([-1 / 3] * 3 + [0])]
    distance, _ = epo(entropies, past, mask, form="distance", beta=2)
    assert distance.item() == pytest.approx(2 * (0.3 + 0.8) / 3 - bonus)
    assert torch.autograd.grad(distance, entropies)[0].tolist() == [pytest.approx([-1, -1 / 3, 1 / 3, 0])]
    assert epo(entropies, None, mask)[0].item() == pytest.approx(-bonus)
