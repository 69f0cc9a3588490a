"""A sketcher from recorded transitions, with torch on one core."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from device_farm.errors import PrerequisiteError
from gui_agent.transitions.recorded import Recorded

if TYPE_CHECKING:
    from world_model.sketcher.training import Recipe, Taught


def needs_torch() -> None:
    """Raises PrerequisiteError where it is not there."""
    if importlib.util.find_spec("torch") is None:
        raise PrerequisiteError("training needs torch", field="torch", fix="pip install torch")


def trained(
    transitions: Sequence[Recorded],
    recipe: Recipe,
    tell: Callable[[Mapping[str, float]], None] = lambda figures: None,
) -> Taught:
    """Raises as `world_model.sketcher.training.teach`."""
    import torch

    from world_model.sketcher.training import teach

    threads = torch.get_num_threads()
    # Its matrices are small: more threads cost more than they bring.
    torch.set_num_threads(1)
    try:
        return teach([one.transition for one in transitions], recipe, tell=tell)
    finally:
        torch.set_num_threads(threads)
