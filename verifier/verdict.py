"""What a verifier says, and what it cost to find out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence, Scored, Undecided

VERDICT_OF: Final = "verdict of "
"""How the first evidence of an outcome begins that a verifier decided; its name follows."""
Decision: TypeAlias = Literal["success", "failure", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`steps` counts probes and model turns, `images` screens shown to a model; tokens as the server reports them."""

    steps: int = 0
    images: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            steps=self.steps + other.steps,
            images=self.images + other.images,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            seconds=self.seconds + other.seconds,
        )


NO_COST = Cost()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one stage of a verification came to, and what it cost. `confidence` is in [0, 1], 0 where undecided."""

    name: str
    decision: Decision
    confidence: float
    reason: str
    cost: Cost = NO_COST


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One verifier's judgement of one attempt.

    `confidence` is in [0, 1]. `reason` is one line for a person. `faults` are what went wrong while judging, each as
    "Kind: message"; with faults a verdict may still stand, but one that rests on nothing else is undecided. `stages`
    are those that it went through, in order; none where it has none.
    """

    verifier: str
    decision: Decision
    confidence: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    faults: tuple[str, ...] = ()
    cost: Cost = NO_COST
    stages: tuple[Stage, ...] = field(default=(), metadata={"json": "optional"})

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise VerifierError(f"{self.confidence} is no confidence", field="confidence", fix="use 0 to 1")


def undecided(verifier: str, reason: str, *, faults: tuple[str, ...] = (), cost: Cost = NO_COST) -> Verdict:
    """A verdict that decides nothing."""
    return Verdict(verifier=verifier, decision="undecided", confidence=0.0, reason=reason, faults=faults, cost=cost)


def fault_of(error: BaseException) -> str:
    """An error as a verdict's `faults` name it."""
    return f"{type(error).__name__}: {str(error) or repr(error)}"


def told(verdict: Verdict) -> str:
    """The reason and the faults in one line, each once: stages and runs may have met the same one."""
    return "; ".join(dict.fromkeys((verdict.reason, *verdict.faults)))


def outcome_of(verdict: Verdict) -> Scored | Undecided:
    """The outcome that an episode gets from a verdict; its first evidence is the verdict, so that the reward follows.

    A reward of 1 means that every piece of evidence holds, so a success keeps only those that do.
    """
    success = verdict.decision == "success"
    said = Evidence(probe=f"{VERDICT_OF}{verdict.verifier}", observed=verdict.reason, expected="success", holds=success)
    if verdict.decision == "undecided":
        return Undecided(reason=told(verdict), evidence=verdict.evidence)
    bearing = tuple(piece for piece in verdict.evidence if piece.holds or not success)
    return Scored(reward=float(success), evidence=(said, *bearing))
