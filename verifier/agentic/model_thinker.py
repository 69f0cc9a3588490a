"""The thinker that asks a model, through the narrow port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from device_farm.errors import VerifierError
from verifier.agentic.budget import Budget
from verifier.agentic.memory import Memory
from verifier.agentic.probing import Probing
from verifier.agentic.prompts import case_parts, screen_parts, so_far_part, system_prompt
from verifier.agentic.reply import Kind, Look, Said, evidence_of
from verifier.agentic.talk import BudgetGone, Talk
from verifier.agentic.thinker import Opinion
from verifier.case import Case
from verifier.port import Model, Part, Text
from verifier.probes.toolbox import Toolbox
from verifier.verdict import NO_COST, fault_of

_VERDICT: Final[tuple[Kind, ...]] = ("verdict",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelThinker:
    """Asks `model` at each stage, for one JSON object a turn.

    `pictures` off shows UI trees as text instead of pixels, at most `screen_chars` characters a screen. `rounds` bounds
    the looks back, `max_screens` the screens of one look, `turns` the tool calls of the last stage; `retries` is how
    often a reply that does not parse is asked for again. `temperature` and `seed` are the model's.

    Within a stage nothing raises but cancellation: a model that fails or talks nonsense leaves the opinion as it was,
    with the fault in it.
    """

    model: Model
    pictures: bool = True
    temperature: float = 0.0
    seed: int | None = None
    max_tokens: int = 1024
    retries: int = 2
    rounds: int = 2
    max_screens: int = 6
    turns: int = 20
    action_chars: int = 8000
    screen_chars: int = 6000
    result_chars: int = 7000
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        for name in ("max_tokens", "rounds", "max_screens", "turns", "screen_chars", "result_chars"):
            if getattr(self, name) < 1:
                raise VerifierError(f"{getattr(self, name)} is too few", field=name, fix="use 1 or more")
        if self.retries < 0:
            raise VerifierError(f"{self.retries} is too few", field="retries", fix="use 0 or more")

    @property
    def name(self) -> str:
        return self.model.name

    def within(self, left: Budget) -> Self:
        """See `verifier.agentic.budget.Bounded`."""
        return replace(self, budget=left)

    async def glance(self, case: Case, memory: Memory) -> Opinion:
        """Stage 1. No final screen is a fault: nothing can be said without it."""
        talk = self._talk()

        async def ask() -> Opinion:
            shown = self._screens(case, [len(case.steps)])
            parts = [*case_parts(case, memory, self.action_chars), *shown, Text(text="Is the goal reached?")]
            turn = await talk.ask(system_prompt(case.platform, _VERDICT), parts, _VERDICT)
            return self._opinion(turn, case, "glance")

        return await self._guarded(talk, ask, NOTHING)

    async def look_back(self, case: Case, memory: Memory, so_far: Opinion) -> Opinion:
        """Stage 2: the model names the screens that it wants to see, `rounds` times at most; none without a step."""
        if not case.steps:
            return replace(so_far, evidence=(), faults=(), cost=NO_COST)
        talk = self._talk()

        async def ask() -> Opinion:
            parts = [*case_parts(case, memory, self.action_chars), *so_far_part(so_far)]
            parts += self._screens(case, [len(case.steps)], needed=False)
            parts.append(
                Text(text=f"Look back at screens 0 to {case.screens - 1}, then say whether the goal is reached.")
            )
            for left in range(self.rounds, -1, -1):
                allowed: tuple[Kind, ...] = ("look", "verdict") if left else _VERDICT
                turn = await talk.ask(system_prompt(case.platform, allowed), parts, allowed)
                if not isinstance(turn, Look):
                    return self._opinion(turn, case, "look back")
                wanted = [step for step in dict.fromkeys(turn.steps) if 0 <= step < case.screens][: self.max_screens]
                shown = self._screens(case, wanted, needed=False)
                parts += shown or [Text(text="None of these screens is there.")]
            raise AssertionError("the last round allows a verdict only")

        return await self._guarded(talk, ask, so_far)

    async def probe(self, case: Case, memory: Memory, so_far: Opinion, tools: Toolbox) -> Opinion:
        """Stage 3. Straight after nothing, all screens are shown at once, `max_screens` of them."""
        talk = self._talk()
        probing = Probing(talk=talk, tools=tools, turns=self.turns, result_chars=self.result_chars)

        async def ask() -> Opinion:
            count = len(case.steps)
            wanted = [count] if so_far.reason else _spread(case.screens, self.max_screens)
            parts = [*case_parts(case, memory, self.action_chars), *so_far_part(so_far)]
            parts += self._screens(case, wanted, needed=False)
            said = await probing.run(case.platform, parts)
            return self._opinion(said, case, "probe")

        opinion = await self._guarded(talk, ask, so_far)
        return replace(opinion, evidence=(*probing.evidence, *opinion.evidence))

    async def _guarded(self, talk: Talk, ask: Callable[[], Awaitable[Opinion]], so_far: Opinion) -> Opinion:
        """What `ask` finds, with its cost; where it breaks or time is up, the opinion so far, with the fault."""
        fault = ""
        try:
            async with asyncio.timeout(self.budget.seconds):
                return replace(await ask(), cost=talk.cost)
        except BudgetGone:
            pass
        except TimeoutError as error:
            fault = f"TimeoutError: {str(error) or 'no answer in time'}"
        except Exception as error:  # noqa: BLE001 - the boundary to models' clients: recorded, with what was spent
            fault = fault_of(error)
        faults = (fault,) if fault else ()
        return replace(so_far, evidence=(), faults=faults, cost=talk.cost, broken=so_far.broken or bool(fault))

    def _talk(self) -> Talk:
        return Talk(
            self.model,
            budget=self.budget,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            seed=self.seed,
            retries=self.retries,
        )

    def _screens(self, case: Case, indices: Sequence[int], *, needed: bool = True) -> list[Part]:
        parts: list[Part] = []
        for index in indices:
            if index < case.screens:
                last = index == len(case.steps)
                screen = case.screen(index)
                parts += screen_parts(index, screen, last=last, pictures=self.pictures, budget=self.screen_chars)
        if needed and not parts:
            raise VerifierError("there is no screen to look at", field="screens", fix="record pixels or UI trees")
        return parts

    def _opinion(self, turn: object, case: Case, stage: str) -> Opinion:
        if not isinstance(turn, Said):
            raise AssertionError("only a verdict ends a stage")
        pieces = evidence_of(turn, f"{self.name}, {stage}", case.screens)
        return Opinion(decision=turn.decision, confidence=turn.confidence, reason=turn.reason, evidence=pieces)


NOTHING: Final = Opinion(decision="undecided", confidence="low", reason="")


def _spread(count: int, most: int) -> list[int]:
    """At most `most` of the indices below `count`, evenly, the last one among them."""
    if count <= most:
        return list(range(count))
    if most == 1:
        return [count - 1]
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})
