"""How a command line, a command or a loop can end early."""

from __future__ import annotations


class ShellSyntaxError(Exception):
    """The command line does not parse. `str()` is what mksh prints after its name."""


class ExpansionError(Exception):
    """A word cannot be expanded: `${x?message}`, bad arithmetic. Ends the command line with status 1."""


class RedirectError(Exception):
    """A file behind `<` or `>` cannot be opened; the command does not run, status 1."""


class CommandError(Exception):
    """A command gives up: `NAME: message` on stderr (`bare`: the message alone) and its exit code."""

    def __init__(self, message: str, *, exit_code: int = 1, bare: bool = False) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.bare = bare


class BrokenPipe(Exception):
    """Nobody reads what the command writes: it ends silently with 128 + SIGPIPE."""


class CallerGoneError(Exception):
    """The one who asked for the command line no longer takes its output; `__cause__` is what its stream raised."""


class LimitError(Exception):
    """The command line ran too long, too deep or wrote too much; it is killed, status 137."""


class ExitShell(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class ReturnFromFunction(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class LeaveLoop(Exception):
    """`break` and `continue`; `levels` loops are left, the last of them goes on if `resume`."""

    def __init__(self, levels: int, *, resume: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.resume = resume
