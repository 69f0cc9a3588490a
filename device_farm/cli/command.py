"""What a command module offers to `farm`: a name, a help line, its arguments and a coroutine."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes that other programs rely on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PREREQUISITE = 3
    INFRASTRUCTURE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One subcommand. `configure` must import nothing heavy: it runs for every `farm --help`."""

    name: str
    help: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Awaitable[int]]
