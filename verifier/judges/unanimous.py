"""Several judges that must agree on success (ZeroGUI, 2505.23762): fewer false successes, at the price of recall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.base import Verifier
from verifier.case import Case
from verifier.judges.last_screen import LastScreenJudge
from verifier.judges.trajectory import TrajectoryJudge
from verifier.port import Model
from verifier.scene import Scene
from verifier.verdict import NO_COST, Verdict, undecided


def judges_of(
    model: Model | None, *, count: int = 3, pictures: bool = True, temperature: float = 0.7, seed: int = 0
) -> tuple[Verifier, ...]:
    """With a model ZeroGUI's way, `count` samples of the trajectory judge; without one the two rule-based readings."""
    if model is None:
        return (LastScreenJudge(), TrajectoryJudge())
    return tuple(
        TrajectoryJudge(model=model, pictures=pictures, temperature=temperature, seed=seed + at) for at in range(count)
    )


def _by_rules() -> tuple[Verifier, ...]:
    return judges_of(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnanimousJudge:
    """Success where every judge says so, with the least of their confidences; failure at the first that says failure.

    Judges are asked in order. Where none says failure and some are undecided, so is this one.
    """

    judges: Sequence[Verifier] = field(default_factory=_by_rules)
    name: str = "unanimous"

    def __post_init__(self) -> None:
        if not self.judges:
            raise VerifierError("no judges", field="judges", fix="name one or more")

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """See `verifier.base.Verifier`."""
        asked: list[Verdict] = []
        for judge in self.judges:
            asked.append(await judge.verify(case, scene))
            if asked[-1].decision == "failure":
                break
        return agreed(self.name, asked)


def agreed(name: str, verdicts: Sequence[Verdict]) -> Verdict:
    """The one verdict of several, of which only the last may be a failure; see `UnanimousJudge`.

    No verdicts at all agree on nothing: undecided.
    """
    faults = tuple(fault for verdict in verdicts for fault in verdict.faults)
    cost = sum((verdict.cost for verdict in verdicts), NO_COST)
    against = next((verdict for verdict in verdicts if verdict.decision == "failure"), None)
    silent = next((verdict for verdict in verdicts if verdict.decision == "undecided"), None)
    if against is None and (silent is not None or not verdicts):
        why = "nobody was asked" if silent is None else f"{silent.verifier}: {silent.reason}"
        return undecided(name, why, faults=faults, cost=cost)
    evidence: tuple[Evidence, ...]
    if against is not None:
        evidence, confidence = against.evidence, against.confidence
        reason = f"{against.verifier}: {against.reason}"
    else:
        evidence = tuple(dict.fromkeys(piece for verdict in verdicts for piece in verdict.evidence))
        confidence = min(verdict.confidence for verdict in verdicts)
        reason = f"all {len(verdicts)} judges say so: {verdicts[0].reason}"
    return Verdict(
        verifier=name,
        decision="success" if against is None else "failure",
        confidence=confidence,
        reason=reason,
        evidence=evidence,
        faults=faults,
        cost=cost,
    )
