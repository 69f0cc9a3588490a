"""(d) A soft match: every place of the prediction answers for every true line, as far as the transport plan says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray


def transport_plan(
    cost_NM: ArrayLike, *, cap: float, epsilon: float, iterations: int = 500, tolerance: float = 1e-9
) -> NDArray[np.float64]:
    """The entropic transport plan between N places and M true lines, shape (N+1, M+1), by Sinkhorn's algorithm (Cuturi
    2013, arXiv 1306.0895), in logarithms.

    min over P ≥ 0 of Σ P·C − ε·H(P), where C is the cost with one more row (no place wrote the line) and one more
    column (the place wrote no line) of cost cap/2 each, 0 where they meet; rows sum to 1 and the last to M, columns to
    1 and the last to N. Leaving a place and a line alone thus costs `cap`, as in `match`, whose pairs are the limit
    for ε → 0. For one place and one line P₁₁ = 1/(1 + exp((c − cap)/2ε)). N or M may be 0. Columns are exact after
    every iteration, rows to within `tolerance` or as far as `iterations` lead: the smaller ε, the more it takes.

    Raises:
        ValueError: a cost is no number, or `epsilon` or `cap` is not above 0.
    """
    cost = np.asarray(cost_NM, dtype=np.float64)
    if cost.ndim != 2 or not np.isfinite(cost).all():
        raise ValueError(f"costs of shape {cost.shape} that are no matrix of numbers")
    if not (epsilon > 0 and cap > 0):
        raise ValueError(f"epsilon {epsilon} and cap {cap} must be above 0")
    places, lines = cost.shape
    if not places or not lines:
        alone = np.ones((places + 1, lines + 1))
        alone[places, lines] = 0.0
        return alone
    padded = np.full((places + 1, lines + 1), cap / 2)
    padded[:places, :lines] = cost
    padded[places, lines] = 0.0
    rows, columns = np.ones(places + 1), np.ones(lines + 1)
    rows[places], columns[lines] = lines, places
    log_rows, log_columns = np.log(rows), np.log(columns)
    kernel = -padded / epsilon
    u, v = np.zeros(places + 1), np.zeros(lines + 1)
    for _ in range(iterations):
        u = log_rows - _log_sum(kernel + v[None, :], axis=1)
        v = log_columns - _log_sum(kernel + u[:, None], axis=0)
        plan: NDArray[np.float64] = np.exp(kernel + u[:, None] + v[None, :])
        if np.abs(plan.sum(axis=1) - rows).max() < tolerance:
            break
    return plan


def transport_loss(nll_NM: ArrayLike, plan_NM: ArrayLike) -> tuple[float, Mapping[str, float]]:
    """Σᵢⱼ Pᵢⱼ · nllᵢⱼ / M, in nats a line. Both have shape (N+1, M): row i is place i, the last one is what follows the
    prediction; nllᵢⱼ is −log p of writing true line j there. `plan_NM` is `transport_plan` without its last column.

    The plan is a constant of the loss. Where it was made of costs that are nll themselves, the gradient of this loss is
    that of the transport cost (Danskin); with the matching costs it is a soft form of (c), and equal to it for ε → 0.
    Without lines the loss is 0. Metrics: `lines` = M, `appended` = the share that no place answers for.

    Raises:
        ValueError: the shapes differ.
    """
    nll, plan = np.asarray(nll_NM, dtype=np.float64), np.asarray(plan_NM, dtype=np.float64)
    if nll.shape != plan.shape or nll.ndim != 2 or nll.shape[0] < 1:
        raise ValueError(f"{nll.shape} and {plan.shape} are not twice (places + 1, lines)")
    lines = nll.shape[1]
    if lines == 0:
        return 0.0, {"lines": 0.0, "appended": 0.0}
    # A place that does not answer for a line need not be able to write it.
    loss = float((np.where(plan > 0, nll, 0.0) * plan).sum() / lines)
    return loss, {"lines": float(lines), "appended": float(plan[-1].sum() / lines)}


def places_worth_scoring(plan_NM: ArrayLike, *, share: float = 0.01) -> tuple[tuple[int, int], ...]:
    """(place, line) wherever the plan puts at least `share` of a line: what nll is needed for, the rest is dropped."""
    return tuple((int(row), int(column)) for row, column in np.argwhere(np.asarray(plan_NM) >= share))


def _log_sum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """log Σ exp along an axis, of finite values."""
    top = values.max(axis=axis, keepdims=True)
    total: NDArray[np.float64] = np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis)
    return total
