"""All programs that need no more of the phone than its files, clock, settings, properties and log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from device_farm.simulator.shell.commands import output
from device_farm.simulator.shell.process import Command

PROGRAMS: Final[Mapping[str, Command]] = {
    "echo": output.echo,
    "print": output.print_,
    "printf": output.printf,
    "seq": output.seq,
    "yes": output.yes,
}
