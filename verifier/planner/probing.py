"""A plan carried out on a device: the start first, then every check at the end, then what else has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from device_farm.device import Device
from device_farm.errors import FarmError, VerifierError
from device_farm.types.trajectory import Evidence
from verifier.agentic.thinker import Opinion
from verifier.planner.plan import Given, Plan
from verifier.planner.usual import is_usual
from verifier.probes.changes import Change, StateView, difference, state_of
from verifier.probes.toolbox import Toolbox
from verifier.rules.base import Probe, guest_output, shown
from verifier.verdict import Cost, fault_of

SIDE_EFFECTS = "changed besides"
"""How the evidence of a change begins that the goal does not allow."""
_SHOWN_CHANGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """The plan's probes, and the state at the start where it could be seen. `met`: everything asked for held there."""

    probes: tuple[Probe, ...]
    faults: tuple[str, ...]
    start: StateView | None = None
    met: bool = False


async def probed(plan: Plan, answer: str | None, tools: Toolbox) -> Opinion:
    """What the device says about `plan`. Every check is in the evidence with what was observed.

    A check that does not hold is a failure. A check that could not be made decides nothing, unless another fails.

    Raises:
        VerifierError: there is no device, or it is no longer as the attempt left it.
    """
    device = tools.device
    if device is None:
        raise VerifierError("there is no device to probe")
    home = await guest_output(device, 'printf %s "$HOME"') if device.info.platform == "desktop" else ""
    prepared = await _prepare(plan, tools, device, answer, home)
    evidence, faults = await asked(device, prepared.probes)
    if prepared.start is None:
        return _opinion(plan, prepared, evidence, (*prepared.faults, *faults))
    now = await state_of(device)
    besides = unasked(plan, difference(prepared.start, now), home)
    lost = tuple(
        f"VerifierError: {name}: {why}" for name, why in now.unread.items() if name not in prepared.start.unread
    )
    if lost:
        # What could be read at the start and no longer can may hold anything.
        besides, faults = tuple(piece for piece in besides if not piece.holds), (*faults, *lost)
        prepared = replace(prepared, start=None)
    return _opinion(plan, prepared, (*evidence, *besides), (*prepared.faults, *faults))


def unasked(plan: Plan, changes: Sequence[Change], home: str) -> tuple[Evidence, ...]:
    """One piece of evidence that nothing else has changed, or one for each thing that has."""
    found = [change for change in changes if not _may_change(plan, change, home)]
    if not found:
        seen = f"{len(changes)} changes, all of them asked for or usual"
        return (Evidence(probe=SIDE_EFFECTS, observed=seen, expected="no other change", holds=True),)
    return tuple(
        Evidence(
            probe=f"{SIDE_EFFECTS}: {change.place}",
            observed=shown(change.after if change.after is not None else "gone"),
            expected=f"as at the start: {shown(change.before if change.before is not None else 'nothing')}",
            holds=False,
        )
        for change in found[:_SHOWN_CHANGES]
    )


def _may_change(plan: Plan, change: Change, home: str) -> bool:
    place = change.place.replace(f"file {home}/", "file ~/", 1) if home else change.place
    return is_usual(place) or any(allowed.covers(place, change.before, change.after) for allowed in plan.allowed)


def _opinion(plan: Plan, prepared: _Prepared, evidence: tuple[Evidence, ...], faults: tuple[str, ...]) -> Opinion:
    cost = Cost(steps=len(evidence) + (0 if prepared.start is None else len(prepared.probes)))
    failed = [piece for piece in evidence if not piece.holds]
    if failed:
        reason = f"{failed[0].probe}: {failed[0].observed}, expected {failed[0].expected}"
        return Opinion(
            decision="failure", confidence="high", reason=reason, evidence=evidence, faults=faults, cost=cost
        )
    checked = sum(not piece.probe.startswith(SIDE_EFFECTS) for piece in evidence)
    if checked < len(plan.checks):
        reason = f"{len(plan.checks) - checked} of {len(plan.checks)} checks could not be made"
        return Opinion(
            decision="undecided", confidence="low", reason=reason, evidence=evidence, faults=faults, cost=cost
        )
    held = "everything asked for holds"
    if prepared.start is None:
        reason = f"{held}; whether anything else has changed could not be seen"
        return Opinion(
            decision="success", confidence="medium", reason=reason, evidence=evidence, faults=faults, cost=cost
        )
    reason = f"{held}, as it did at the start already" if prepared.met else f"{held}, and nothing else has changed"
    return Opinion(decision="success", confidence="high", reason=reason, evidence=evidence, faults=faults, cost=cost)


async def _prepare(plan: Plan, tools: Toolbox, device: Device, answer: str | None, home: str) -> _Prepared:
    entered = False
    try:
        async with tools.start() as start:
            entered = True
            probes, faults = await bound(plan, Given(source=start, start=start, answer=answer, home=home))
            held, _ = await asked(start, probes)
            met = len(held) == len(plan.checks) and all(piece.holds for piece in held)
            state = await state_of(start)
        return _Prepared(probes=probes, faults=faults, start=state, met=met)
    except FarmError as error:
        if entered:
            raise VerifierError(f"the device may not be as the attempt left it: {error}") from error
        fault = fault_of(error)
    probes, faults = await bound(plan, Given(source=device, start=None, answer=answer, home=home))
    return _Prepared(probes=probes, faults=(fault, *faults))


async def bound(plan: Plan, given: Given) -> tuple[tuple[Probe, ...], tuple[str, ...]]:
    """The probes of the checks, and the faults of those that could not be made."""
    probes, faults = [], []
    for check in plan.checks:
        try:
            probes.append(await check.bind(given))
        except FarmError as error:
            faults.append(fault_of(error))
    return tuple(probes), tuple(faults)


async def asked(device: Device, probes: tuple[Probe, ...]) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """What the probes found, and the faults of those that could not run."""
    evidence, faults = [], []
    for probe in probes:
        try:
            evidence.append(await probe.check(device))
        except FarmError as error:
            faults.append(fault_of(error))
    return tuple(evidence), tuple(faults)
