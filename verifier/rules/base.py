"""What a probe is, and how probes become a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from device_farm.device import Device, ShellResult
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence, Scored

_SHOWN_CHARACTERS = 2000
"""Longer values are cut in evidence: it is stored with every episode and read by people."""


class Probe(Protocol):
    """One question about a device's state.

    `check` returns evidence whatever the answer is. It raises VerifierError where the question cannot be asked (the
    tool is missing, the output is not understood) and lets GuestError and TransportError through: a probe that did
    not run is an infrastructure error, never a "no".
    """

    async def check(self, device: Device) -> Evidence: ...


def reward_of(evidence: Sequence[Evidence]) -> float:
    """1.0 when every piece of evidence holds, 0.0 otherwise. Raises VerifierError for no evidence at all."""
    if not evidence:
        raise VerifierError("a verdict needs at least one probe", fix="return evidence from the evaluator")
    return 1.0 if all(piece.holds for piece in evidence) else 0.0


def share_of(evidence: Sequence[Evidence]) -> float:
    """The share of the pieces that hold. Raises VerifierError for no evidence at all."""
    reward_of(evidence)
    return sum(piece.holds for piece in evidence) / len(evidence)


async def judge(device: Device, *probes: Probe, also: Sequence[Evidence] = ()) -> Scored:
    """Runs every probe, even after one fails, so that the evidence is complete. `also` is evidence already at hand.

    Raises:
        VerifierError, GuestError, TransportError: a probe could not run.
    """
    evidence = (*also, *await _asked(device, probes))
    return Scored(reward=reward_of(evidence), evidence=evidence)


async def judge_parts(device: Device, *probes: Probe) -> Scored:
    """As `judge`, for tasks of several parts that count alike: the reward is the share of the probes that hold.

    The templates of such tasks state `evaluator = "parts"`, so that a stored verdict can be checked.
    """
    evidence = await _asked(device, probes)
    return Scored(reward=share_of(evidence), evidence=evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Several probes as one part: it holds where all of them do."""

    probes: tuple[Probe, ...]

    async def check(self, device: Device) -> Evidence:
        evidence = await _asked(device, self.probes)
        return Evidence(
            probe="; ".join(piece.probe for piece in evidence),
            observed="; ".join(piece.observed for piece in evidence),
            expected="; ".join(piece.expected for piece in evidence),
            holds=reward_of(evidence) == 1.0,
        )


async def _asked(device: Device, probes: Sequence[Probe]) -> tuple[Evidence, ...]:
    """One after the other on purpose: one device, one wire."""
    return tuple([await probe.check(device) for probe in probes])


def shown(value: object) -> str:
    """A value as evidence shows it: text as it is, everything else by repr, cut when long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    return f"{text[:_SHOWN_CHARACTERS]}… ({len(text)} characters)"


async def guest_output(device: Device, command: str) -> str:
    """What `command` prints on the device, as text without the final line end.

    Raises:
        VerifierError: it ended with a status other than 0, so its output answers nothing.
    """
    result = await device.shell(command)
    if result.exit_code != 0:
        raise VerifierError(f"{command!r} failed on the device: {complaint(result)}")
    return result.stdout.decode("utf-8", "replace").rstrip("\r\n")


def complaint(result: ShellResult) -> str:
    """The last line that a failed command printed, with its exit status."""
    text = (result.stderr or result.stdout).decode("utf-8", "replace").strip()
    last = text.splitlines()[-1] if text else "no output"
    return f"{last} (exit status {result.exit_code})"
