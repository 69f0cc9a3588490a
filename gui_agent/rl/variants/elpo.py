"""ELPO, error-localised policy optimisation (arXiv 2602.09598): where did a failed rollout lose the task for good?

Branch search. Of a failed rollout of T steps, keep the first k and roll out the rest anew, a few times: if one of them
succeeds, the error comes later. By bisection over k the first irrecoverable step is found in ⌈log2 T⌉ probes:

    k* = min { k : no continuation of the first k steps succeeds },   the step with index k* − 1

Advantages. A branch is compared with its siblings from the same prefix, a trajectory with its group:

    A = ½ · A_branch + ½ · A_trajectory

Assumes that a lost task stays lost (what bisection needs), that an empty prefix can be saved, and that as many branches
as a probe has would find a way if there is one. Degenerate: a rollout of one step needs no probe; a rollout whose every
prefix can be saved lost it with its last step; siblings that all end alike have branch advantage 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gui_agent.rl.advantages import normalised
from gui_agent.rl.types import Floats

BRANCH_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchSearch:
    """A bisection as a value: the first `saved` steps can still be saved, the first `lost` cannot."""

    saved: int
    lost: int

    @classmethod
    def of(cls, steps: int) -> BranchSearch:
        """Raises ValueError for a rollout without steps."""
        if steps < 1:
            raise ValueError("a rollout without steps has no error to find")
        return cls(saved=0, lost=steps)

    @property
    def probe(self) -> int | None:
        """How many first steps to keep in the next probe; None once the step is found."""
        return None if self.lost - self.saved == 1 else (self.saved + self.lost) // 2

    @property
    def step(self) -> int | None:
        """Index of the first irrecoverable step; None while the search goes on."""
        return self.lost - 1 if self.lost - self.saved == 1 else None

    def told(self, successes: Sequence[bool]) -> BranchSearch:
        """After the branches of the probe. Raises ValueError without any branch, or when the step is found already."""
        probe = self.probe
        if probe is None or not successes:
            raise ValueError("nothing to be told: " + ("the step is found" if probe is None else "no branch ran"))
        return replace(self, saved=probe) if any(successes) else replace(self, lost=probe)


def hierarchical_advantages(
    branch_rewards_G: Sequence[float], trajectory_advantage: float, *, branch_share: float = BRANCH_SHARE
) -> Floats:
    """float64 (G,) for the branches of one probe; their trajectory's advantage is the same for all."""
    branches_G = normalised(np.asarray(branch_rewards_G, dtype=np.float64))
    return branch_share * branches_G + (1 - branch_share) * trajectory_advantage


def critical_steps(length: int, first: int) -> list[bool]:
    """Which steps the wider clip is for: the irrecoverable one and all after it."""
    return [index >= first for index in range(length)]
