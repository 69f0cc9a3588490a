"""The error of the guard: a probe that would change the device, or that nobody can show not to."""

from __future__ import annotations

from device_farm.errors import VerifierError


class ProbeRefused(VerifierError):
    """The probe did not run and the device is as it was; `field` names the word at fault, `fix` what to ask instead."""
