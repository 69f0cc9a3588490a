"""The judge that sees the last screen and the answer, and nothing of the way there (as in DigiRL, 2406.11896)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.agentic.prompts import answer_parts, goal_part
from verifier.case import Case
from verifier.judges.asking import model_verdict, read_verdict, shown_screens
from verifier.judges.reader import read_last_screen
from verifier.port import Model, Part
from verifier.scene import Scene
from verifier.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LastScreenJudge:
    """Asks `model`; without one the rule-based reader judges. `pictures` off shows the UI tree instead of pixels."""

    model: Model | None = None
    pictures: bool = True
    temperature: float = 0.0
    seed: int | None = None
    name: str = "last-screen"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """See `verifier.base.Verifier`; `scene` is not looked at."""
        if self.model is None:
            return read_verdict(self.name, case, read_last_screen)

        def parts() -> Sequence[Part]:
            shown = shown_screens(case, [len(case.steps)], pictures=self.pictures)
            return [goal_part(case), *answer_parts(case.answer), *shown]

        return await model_verdict(self.name, case, self.model, parts, temperature=self.temperature, seed=self.seed)
