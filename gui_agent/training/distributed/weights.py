"""How a trainer holds the weights of its policy: whole in one process, or in shards on several ranks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import torch

from gui_agent.rl.types import TrainSample
from gui_agent.training.checkpoint import restore_trained_state, trained_state
from gui_agent.training.distributed.config import ShardingConfig
from gui_agent.training.distributed.team import Team
from gui_agent.training.policy import TokenScores, TrainablePolicy


class Weights(Protocol):
    """Every rank calls the same methods in the same order."""

    @property
    def trained(self) -> list[torch.Tensor]:
        """What the optimiser changes."""
        ...

    @property
    def independent(self) -> bool:
        """Whether a rank computes its micro-batches without the others, and may fail in them."""
        ...

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        """As the policy's own, to be followed by a backward pass."""
        ...

    def gathered(self) -> AbstractContextManager[None]:
        """Inside, the module has all its weights, and using it needs no other rank."""
        ...

    def update(self) -> AbstractContextManager[None]:
        """Around the micro-batches of an update and `collect`."""
        ...

    def rounds(self, own: int) -> int:
        """How many micro-batches this rank must compute that has `own`; what is beyond those counts nothing."""
        ...

    def collect(self) -> None:
        """Adds up the gradients of all ranks."""
        ...

    def clip(self, limit: float) -> float:
        """Scales the gradient down to `limit`; its norm before that."""
        ...

    def state(self, optimiser: torch.optim.Optimizer) -> dict[str, Any]:
        """`module` and `optimiser` as one process would have them, on rank 0; empty elsewhere."""
        ...

    def restore(self, state: dict[str, Any] | None, optimiser: torch.optim.Optimizer) -> None:
        """Takes what `state` gave; from rank 0, the others give None. Raises DataError for another model's."""
        ...

    def whole(self) -> AbstractContextManager[None]:
        """Inside, the module on rank 0 has plain whole weights, to be saved and not to be used."""
        ...


def held_weights(policy: TrainablePolicy, team: Team, config: ShardingConfig) -> Weights:
    """Shards where there are several ranks."""
    if team.size == 1:
        return WholeWeights(policy)
    from gui_agent.training.distributed.sharded import ShardedWeights

    return ShardedWeights(policy, team, config)


class WholeWeights:
    """Those of a single process."""

    independent = True

    def __init__(self, policy: TrainablePolicy) -> None:
        self._policy = policy
        self.trained: list[torch.Tensor] = [weight for weight in policy.module.parameters() if weight.requires_grad]

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        return self._policy.score(samples)

    def gathered(self) -> AbstractContextManager[None]:
        return nullcontext()

    def update(self) -> AbstractContextManager[None]:
        return nullcontext()

    def rounds(self, own: int) -> int:
        return own

    def collect(self) -> None:
        return

    def clip(self, limit: float) -> float:
        return float(torch.nn.utils.clip_grad_norm_(self.trained, limit))

    def state(self, optimiser: torch.optim.Optimizer) -> dict[str, Any]:
        return {"module": trained_state(self._policy.module), "optimiser": optimiser.state_dict()}

    def restore(self, state: dict[str, Any] | None, optimiser: torch.optim.Optimizer) -> None:
        if state is not None:
            restore_trained_state(self._policy.module, state["module"])
            optimiser.load_state_dict(state["optimiser"])

    def whole(self) -> AbstractContextManager[None]:
        return nullcontext()
