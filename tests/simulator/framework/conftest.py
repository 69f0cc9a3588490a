"""A shell on a freshly booted phone."""

from __future__ import annotations

import asyncio

import pytest

from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.shell.shell import Shell, ShellOutcome


class ShellUser:
    """Types command lines and reads what comes back."""

    def __init__(self) -> None:
        self.phone = SimulatedPhone.boot()
        self.shell = Shell(self.phone)

    def __call__(self, command: str, stdin: bytes = b"") -> ShellOutcome:
        return asyncio.run(self.shell.run(command, stdin))

    def text(self, command: str, stdin: bytes = b"") -> str:
        """Stdout and stderr in the order in which they came."""
        return self(command, stdin).output.decode()


@pytest.fixture
def sh() -> ShellUser:
    return ShellUser()
