"""A verifier ready for use: with its model, its name, its deadline; or the task's own evaluator in its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from device_farm.errors import VerifierError
from device_farm.types.codec.json import encode
from device_farm.types.trajectory import Outcome, Scored, Undecided
from gui_agent.models.base import Model
from verifier.base import Verifier
from verifier.case import Case
from verifier.judges.scripted import stated
from verifier.scene import Scene
from verifier.verdict import Decision, Verdict, fault_of, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedVerifier:
    """`deadline_s` bounds one verdict. `verifier` None: the task's own evaluator, which is asked of every attempt.

    `probes` False: it judges the record alone, so that no device needs to be copied, or held, for it.
    """

    name: str
    verifier: Verifier | None
    deadline_s: float = 600.0
    model: Model | None = None
    probes: bool = True

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[LoadedVerifier]:
        """With its model ready to be asked. Raises PolicyError where the model cannot be opened."""
        async with AsyncExitStack() as stack:
            if self.model is not None:
                await stack.enter_async_context(self.model)
            yield self

    async def verdict(self, case: Case, scene: Scene | None, evaluator: Outcome) -> Verdict:
        """The verdict, whatever the verifier does: one that raises, does not answer in time, or answers with what is no
        verdict is undecided.
        """
        if self.verifier is None:
            if isinstance(evaluator, Scored | Undecided):
                return stated(self.name, evaluator)
            return undecided(self.name, f"the task's evaluator was not asked: {evaluator.kind}")
        try:
            async with asyncio.timeout(self.deadline_s) as deadline:
                return self._checked(await self.verifier.verify(case, scene))
        except Exception as broken:  # noqa: BLE001 - the boundary: a broken verifier is named, never scored
            late = isinstance(broken, TimeoutError) and deadline.expired()
            error = VerifierError(f"no verdict within {self.deadline_s:g} s") if late else broken
            return undecided(self.name, "the verifier broke", faults=(fault_of(error),))

    def _checked(self, said: object) -> Verdict:
        """As it will be filed, under this name. Raises VerifierError or DataError for what cannot be."""
        if not isinstance(said, Verdict):
            raise VerifierError(f"{self.name} answered with a {type(said).__name__} in place of a Verdict")
        verdict = replace(said, verifier=self.name)
        encode(verdict)
        return verdict


def decision_of(outcome: Outcome) -> Decision:
    """An outcome as a verifier would put it: only a full reward is a success."""
    if not isinstance(outcome, Scored):
        return "undecided"
    return "success" if outcome.reward >= 1.0 else "failure"
