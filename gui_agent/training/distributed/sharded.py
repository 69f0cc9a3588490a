"""FSDP2: each rank holds its part of every weight, gradient sum and optimiser state.

With `gather = "update"` the weights are put together once, the micro-batches of an update run without a word between
the ranks, and the gradients are summed and cut into shards once. So ranks may have different numbers of micro-batches,
and samples that use different parts of the model. With `gather = "layer"` each block's weights come and go with its
forward and backward pass, and all ranks must run the same blocks: they run equally many micro-batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeAlias

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from gui_agent.rl.types import TrainSample
from gui_agent.training.checkpoint import restore_trained_state, trained_state
from gui_agent.training.distributed.config import ShardingConfig
from gui_agent.training.distributed.team import Team
from gui_agent.training.distributed.tree import spread
from gui_agent.training.policy import TokenScores, TrainablePolicy

Scored: TypeAlias = tuple[torch.Tensor, ...]


class _Root(torch.nn.Module):  # type: ignore[misc]
    """What FSDP takes for the model, because a policy may reach its module by other ways than `forward`."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, work: Callable[[], Scored]) -> Scored:
        return work()


class ShardedWeights:
    """Those of a team. The weights of rank 0 are the ones that count at the start."""

    def __init__(self, policy: TrainablePolicy, team: Team, config: ShardingConfig) -> None:
        self._policy, self._team, self._config = policy, team, config
        _broadcast(policy.module, team)
        device = next(policy.module.parameters()).device
        self._device = device
        # FSDP cannot cut a single number: every rank keeps it, and their gradients are added up here.
        self._loose = [weight for weight in policy.module.parameters() if weight.dim() == 0 and weight.requires_grad]
        self._root = _sharded(policy.module, device, team.size, config)
        self._units = [part for part in self._root.modules() if isinstance(part, FSDPModule)]
        with self.gathered(), torch.no_grad():
            # The first forward pass decides what FSDP takes for the outermost module.
            self._root(lambda: (torch.zeros((), device=device),))
        self.trained = [weight for weight in policy.module.parameters() if weight.requires_grad]

    @property
    def independent(self) -> bool:
        return self._config.gather == "update"

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        def work() -> Scored:
            scores = self._policy.score(samples)
            return scores.logprobs_NT, scores.entropies_NT

        logprobs_NT, entropies_NT = self._root(work)
        return TokenScores(logprobs_NT=logprobs_NT, entropies_NT=entropies_NT)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        self._hold(gathered=True)
        for unit in self._units:
            unit.unshard()
        try:
            yield
        finally:
            for unit in self._units:
                unit.reshard()
            self._hold(gathered=False)

    def update(self) -> AbstractContextManager[None]:
        return self.gathered() if self.independent else nullcontext()

    def rounds(self, own: int) -> int:
        return own if self.independent else max(self._team.gather(own))

    def collect(self) -> None:
        if self.independent:
            self._hold(gathered=False)
            # A backward pass that adds nothing to what was accumulated, and with which FSDP sums it up.
            (zero,) = self._root(self._nothing)
            zero.backward()
        for weight in self._loose:
            weight.grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
            dist.all_reduce(weight.grad)
        for weight in self.trained:
            if isinstance(weight, DTensor) and weight.grad is not None:
                weight.grad.mul_(
                    self._team.size
                )  # FSDP takes the mean; every rank's part of the loss is over all tokens

    def _nothing(self) -> Scored:
        """Zero, by way of every weight that FSDP holds."""
        weights = [weight for weight in self._policy.module.parameters() if weight.requires_grad and weight.dim()]
        return (torch.stack([(weight.reshape(-1)[:1] * 0).sum().float() for weight in weights]).sum(),)

    def clip(self, limit: float) -> float:
        squares = torch.zeros((), dtype=torch.float64, device=self._device)
        for weight in self.trained:
            if isinstance(weight, DTensor) and weight.grad is not None:
                squares += weight.grad.to_local().double().square().sum()
        dist.all_reduce(squares)
        for weight in self._loose:
            squares += weight.grad.double().square()
        norm = float(squares.sqrt())
        if norm > limit:
            for weight in self.trained:
                if weight.grad is not None:
                    weight.grad.mul_(limit / (norm + 1e-6))
        return norm

    def _hold(self, *, gathered: bool) -> None:
        """Whether forward and backward passes leave the weights together and the gradients apart."""
        lazy = gathered or self.independent
        self._root.set_reshard_after_forward(not lazy, recurse=True)
        self._root.set_reshard_after_backward(not gathered, recurse=True)
        self._root.set_requires_gradient_sync(not gathered, recurse=True)

    def state(self, optimiser: torch.optim.Optimizer) -> dict[str, Any]:
        module = {name: self._kept(value) for name, value in trained_state(self._policy.module).items()}
        plain = optimiser.state_dict()
        slots = {
            index: {name: self._kept(value) for name, value in slot.items()} for index, slot in plain["state"].items()
        }
        return {"module": module, "optimiser": {**plain, "state": slots}} if self._team.rank == 0 else {}

    def _kept(self, value: Any) -> Any:
        """Whole, on the CPU, on rank 0; elsewhere nothing is kept."""
        if not isinstance(value, DTensor):
            return value.cpu() if isinstance(value, torch.Tensor) else value
        whole = value.detach().full_tensor()
        return whole.cpu() if self._team.rank == 0 else None

    def restore(self, state: dict[str, Any] | None, optimiser: torch.optim.Optimizer) -> None:
        shapes = {name: value.shape for name, value in trained_state(self._policy.module).items()}
        like = dict(self._policy.module.named_parameters(remove_duplicate=False))

        def placed(path: tuple[Any, ...], whole: torch.Tensor) -> torch.Tensor:
            match path:
                case ("module", name) if whole.shape == shapes.get(name):
                    return _shard(whole, like.get(name), self._device)
                case ("optimiser", "state", int(index), _) if index < len(self.trained):
                    return _shard(whole, self.trained[index], self._device)
                case _:
                    return whole

        taken = spread(state, self._team, placed)
        restore_trained_state(self._policy.module, taken["module"])
        optimiser.load_state_dict(taken["optimiser"])

    @contextmanager
    def whole(self) -> Iterator[None]:
        shards: list[tuple[torch.nn.Module, str, torch.nn.Parameter]] = []
        known: dict[torch.Tensor, torch.nn.Parameter | None] = {}
        for part in self._policy.module.modules():
            for name, weight in list(part.named_parameters(recurse=False, remove_duplicate=False)):
                if weight not in known:
                    whole = self._kept(weight.detach())
                    kept = self._team.rank == 0
                    known[weight] = torch.nn.Parameter(whole, requires_grad=weight.requires_grad) if kept else None
                if known[weight] is not None:
                    shards.append((part, name, weight))
                    part._parameters[name] = known[weight]
        try:
            yield
        finally:
            for part, name, weight in shards:
                part._parameters[name] = weight


def _broadcast(module: torch.nn.Module, team: Team) -> None:
    """Gives every rank the weights and buffers of rank 0."""
    for tensor in [*module.parameters(), *module.buffers()]:
        whole = tensor.detach().cpu().contiguous()
        team.broadcast(whole)
        if team.rank:
            tensor.data.copy_(whole)


def _sharded(module: torch.nn.Module, device: torch.device, size: int, config: ShardingConfig) -> Any:
    """The root. Blocks are what the module says may not be split, as the models of transformers do."""
    compute = getattr(torch, config.compute) if config.compute else None
    settings: dict[str, Any] = {
        "mesh": init_device_mesh(device.type, (size,)),
        "reshard_after_forward": config.gather == "layer",
        "mp_policy": MixedPrecisionPolicy(param_dtype=compute, reduce_dtype=torch.float32),
    }
    scalars = {weight for weight in module.parameters() if weight.dim() == 0}
    blocks = set(getattr(module, "_no_split_modules", None) or ())
    for part in list(module.modules()):
        if type(part).__name__ in blocks:
            fully_shard(part, ignored_params=scalars, **settings)
    return fully_shard(_Root(module), ignored_params=scalars, **settings)


def _shard(whole: torch.Tensor, like: torch.Tensor | None, device: torch.device) -> torch.Tensor:
    if not isinstance(like, DTensor) or whole.shape != like.shape:
        return whole
    return distribute_tensor(whole.to(device), like.device_mesh, like.placements, src_data_rank=None)
