"""What the majority of several runs can be expected to say, by formula."""

from __future__ import annotations

import math
from dataclasses import dataclass

from device_farm.errors import VerifierError


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Probabilities that the majority is right and that it is tied, and the mean number of runs until it is settled."""

    right: float
    tied: float
    mean_runs: float


def expected_majority(error: float, runs: int, correlation: float = 0.0) -> Expected:
    """The majority of `runs` runs, each wrong with probability e, whose errors have pairwise correlation ρ.

    Independent runs (Condorcet): P(right) = Σ_{k > N/2} C(N, k)·(1 - e)^k·e^(N - k), and a tie at k = N/2 for even N.
    Correlated runs are those of `noise.NoisyJudge`: given the shared error x ∈ {0, 1}, P(x = 1) = e, they are
    independent with error √ρ·x + (1 - √ρ)·e, so both expectations are mixed with weights 1 - e and e. Runs stop once
    the leader cannot be caught up with: r votes out and a lead of d > r.

    Raises:
        VerifierError: `error` or `correlation` is outside [0, 1], or `runs` below 1.
    """
    if not (0 <= error <= 1 and 0 <= correlation <= 1):
        raise VerifierError(f"{error}, {correlation}", field="error, correlation", fix="use 0 to 1")
    if runs < 1:
        raise VerifierError(f"{runs} runs", field="runs", fix="use 1 or more")
    copied = math.sqrt(correlation)
    parts = [(1 - error, (1 - copied) * error), (error, copied + (1 - copied) * error)]
    found = [(weight, _independent(wrong, runs)) for weight, wrong in parts]
    return Expected(
        right=sum(weight * part.right for weight, part in found),
        tied=sum(weight * part.tied for weight, part in found),
        mean_runs=sum(weight * part.mean_runs for weight, part in found),
    )


def _independent(wrong: float, runs: int) -> Expected:
    """By the number of right votes, one vote after the other; `open_` are the counts that are not settled yet."""
    right = sum(math.comb(runs, k) * (1 - wrong) ** k * wrong ** (runs - k) for k in range(runs // 2 + 1, runs + 1))
    tied = 0.0 if runs % 2 else math.comb(runs, runs // 2) * ((1 - wrong) * wrong) ** (runs // 2)
    open_, mean_runs = {0: 1.0}, 0.0
    for cast in range(1, runs + 1):
        mean_runs += sum(open_.values())
        after: dict[int, float] = {}
        for votes, chance in open_.items():
            for more, share in ((1, 1 - wrong), (0, wrong)):
                after[votes + more] = after.get(votes + more, 0.0) + chance * share
        open_ = {votes: chance for votes, chance in after.items() if abs(2 * votes - cast) <= runs - cast}
    return Expected(right=right, tied=tied, mean_runs=mean_runs)
