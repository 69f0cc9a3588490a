"""The judge that sees all screens and actions, and asks nothing of the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device_farm.errors import VerifierError
from verifier.agentic.memory import raw
from verifier.agentic.prompts import case_parts
from verifier.case import Case
from verifier.judges.asking import model_verdict, read_verdict, shown_screens
from verifier.judges.reader import read_trajectory
from verifier.port import Model, Part
from verifier.scene import Scene
from verifier.verdict import Verdict

_ACTION_CHARS = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryJudge:
    """Asks `model` with at most `max_screens` screens, the last ones; without a model the rule-based reader judges.

    The actor's thoughts and its claim are shown, too: that is what this judge is known for being led astray by.
    """

    model: Model | None = None
    pictures: bool = True
    max_screens: int = 32
    temperature: float = 0.0
    seed: int | None = None
    name: str = "trajectory"

    def __post_init__(self) -> None:
        if self.max_screens < 1:
            raise VerifierError(f"{self.max_screens} screens", field="max_screens", fix="use 1 or more")

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """See `verifier.base.Verifier`; `scene` is not looked at."""
        if self.model is None:
            return read_verdict(self.name, case, read_trajectory)

        def parts() -> Sequence[Part]:
            wanted = range(max(0, case.screens - self.max_screens), case.screens)
            shown = shown_screens(case, wanted, pictures=self.pictures)
            return [*case_parts(case, raw(case), _ACTION_CHARS), *shown]

        return await model_verdict(self.name, case, self.model, parts, temperature=self.temperature, seed=self.seed)
