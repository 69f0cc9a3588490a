"""Beginning a run with the weights of another one's checkpoint."""

from __future__ import annotations

from pathlib import Path

from device_farm.errors import ConfigError, DataError
from gui_agent.training.checkpoint import MANIFEST, load_state, newest, restore_trained_state, verify
from gui_agent.training.learner import Learner


def start_from(learner: Learner, start: Path) -> None:
    """Gives the policy the weights of the checkpoint `start`, and its reference, where that has weights of its own.

    `start` is a checkpoint's folder, or one that holds checkpoints, of which the newest whole one is taken.

    Raises:
        ConfigError: there is no checkpoint.
        DataError: it is not whole, or of another model.
    """
    weights = load_state(_checkpoint(start))["module"]
    module = learner.policy.module
    restore_trained_state(module, weights)
    reference = None if learner.reference is None else learner.reference.module
    # With adapters the reference is the policy's own module without them.
    if reference is not None and reference is not module:
        unknown = reference.load_state_dict(weights, strict=False).unexpected_keys
        if unknown:
            raise DataError(f"the reference has no {unknown[0]}, which {start} holds", field="start")


def _checkpoint(start: Path) -> Path:
    if (start / MANIFEST).exists():
        verify(start)
        return start
    found = newest(start)
    if found.folder is None:
        fix = "name a checkpoint's folder, or one with checkpoints in it"
        raise ConfigError(f"there is no whole checkpoint in {start}", field="start", fix=fix)
    return found.folder
