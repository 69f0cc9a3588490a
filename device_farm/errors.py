"""The one exception tree. A type names the boundary that was crossed, not the place that noticed.

Every error can name the `field` that was wrong and the `fix`; both travel over gRPC (`device_farm/server/errors.py`
holds the table to status codes and back).
"""

from __future__ import annotations


class FarmError(Exception):
    """Base of every error raised on purpose. `message` says what happened, `field` which input, `fix` what to do."""

    def __init__(self, message: str, *, field: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.fix = fix

    def __str__(self) -> str:
        head = f"{self.field}: {self.message}" if self.field else self.message
        return f"{head} ({self.fix})" if self.fix else head

    def __reduce__(self) -> tuple[object, ...]:
        # The default would pass `args` only and lose the keyword fields between processes.
        return (_rebuild, (type(self), self.message, self.field, self.fix))


def _rebuild(kind: type[FarmError], message: str, field: str, fix: str) -> FarmError:
    return kind(message, field=field, fix=fix)


class ConfigError(FarmError):
    """A command line, config file or request holds a bad value. Exit code 2."""


class PrerequisiteError(FarmError):
    """A program, package or permission is missing on this machine; `fix` is the command that mends it. Exit code 3."""


class BackendError(FarmError):
    """A device could not be created, started or reset."""


class TransportError(FarmError):
    """The wire to a device or server broke: refused, closed, malformed, over its size limit."""


class DeadlineError(TransportError):
    """A call did not finish before its deadline."""


class GuestError(FarmError):
    """The device answered, but could not do what was asked: a command failed, a file is missing."""


class ActionError(GuestError):
    """The action cannot be carried out on this device: off the screen, unknown key, no such application."""


class LeaseError(FarmError):
    """A lease cannot be used."""


class LeaseTokenError(LeaseError):
    """The token is missing, malformed or belongs to another lease."""


class LeaseExpiredError(LeaseError):
    """The lease's deadline has passed, or it was released or preempted."""


class CapacityError(FarmError):
    """No device can ever satisfy the request, or a queue or size limit is reached."""


class AuthError(FarmError):
    """The caller did not show a valid credential of the farm."""


class PolicyError(FarmError):
    """The policy or its model failed; not the device's fault."""


class DialectError(PolicyError):
    """Model text does not parse as its dialect."""


class VerifierError(FarmError):
    """The evaluator or verifier broke; never a reward of 0."""


class DataError(FarmError):
    """A stored file is truncated, malformed or of another version."""
