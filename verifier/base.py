"""The port of every verifier, from a rule to an agent."""

from __future__ import annotations

from typing import Protocol

from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Verdict


class Verifier(Protocol):
    """Judges attempts. Shared by all episodes; safe to call concurrently with different scenes."""

    @property
    def name(self) -> str: ...

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """The verdict on `case`. `scene` is None where only the record is left: probing is impossible then.

        Never raises for what it meets while judging: a model that fails or talks nonsense, a probe that hangs, a
        device that is gone, a screen that is missing make the verdict undecided, with the fault named. Cancellation
        gets out.
        """
        ...
