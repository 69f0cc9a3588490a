"""LoRA (arXiv 2106.09685) by peft, put into a policy's module in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.rl.types import TrainSample
from gui_agent.training.config import LoraSection
from gui_agent.training.policy import TokenScores, TrainablePolicy

try:
    from peft import LoraConfig, inject_adapter_in_model
    from peft.tuners.tuners_utils import BaseTunerLayer
except ImportError as error:
    raise PrerequisiteError(f"peft cannot be imported: {error}", field="lora", fix="pip install peft") from error


def add_adapters(module: torch.nn.Module, section: LoraSection) -> None:
    """Freezes what is there and adds adapters that change nothing yet.

    Raises:
        ConfigError: no module has a name of `targets`.
    """
    targets = linear_names(module) if section.targets == "all-linear" else section.targets
    config = LoraConfig(
        r=section.rank,
        lora_alpha=section.alpha,
        lora_dropout=section.dropout,
        target_modules=targets if isinstance(targets, str) else list(targets),
    )
    try:
        inject_adapter_in_model(config, module)
    except ValueError as error:
        raise ConfigError(str(error), field="lora.targets") from error


def linear_names(module: torch.nn.Module) -> tuple[str, ...]:
    """The full names of all linear layers but the head that makes the words, where the module says which that is."""
    head = module.get_output_embeddings() if hasattr(module, "get_output_embeddings") else None
    named = module.named_modules()
    return tuple(name for name, part in named if name and isinstance(part, torch.nn.Linear) and part is not head)


@contextmanager
def without_adapters(module: torch.nn.Module) -> Iterator[None]:
    """The module as it was before; not while another thread uses it."""
    layers = [part for part in module.modules() if isinstance(part, BaseTunerLayer)]
    for layer in layers:
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers:
            layer.enable_adapters(True)


class BaseReference:
    """The frozen reference of a policy with adapters: the same weights without them, so it costs no memory."""

    def __init__(self, policy: TrainablePolicy) -> None:
        self._policy = policy

    @property
    def module(self) -> torch.nn.Module:
        return self._policy.module

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        with without_adapters(self.module), torch.no_grad():
            return self._policy.score(samples)

    def save(self, folder: Path) -> None:
        self._policy.save(folder)
