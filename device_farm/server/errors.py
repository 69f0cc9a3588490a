"""One table between the error tree and gRPC: a class becomes a status and comes back as the same class.

The class name, the field and the fix travel in trailing metadata; the message is the status details.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio

from device_farm import errors
from device_farm.errors import FarmError

_LOG = logging.getLogger(__name__)
CLASS_KEY = "farm-error-class"
FIELD_KEY = "farm-error-field-bin"
FIX_KEY = "farm-error-fix-bin"
# gRPC bounds all headers of a call at 16 KiB; a longer text would turn the error into another one.
_MAX_MESSAGE = 3000
_MAX_FIELD = 200
_MAX_FIX = 1500

STATUS: dict[type[FarmError], grpc.StatusCode] = {
    errors.FarmError: grpc.StatusCode.UNKNOWN,
    errors.ConfigError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.PrerequisiteError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.BackendError: grpc.StatusCode.INTERNAL,
    errors.TransportError: grpc.StatusCode.UNAVAILABLE,
    errors.DeadlineError: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.GuestError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ActionError: grpc.StatusCode.OUT_OF_RANGE,
    errors.LeaseError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.LeaseTokenError: grpc.StatusCode.PERMISSION_DENIED,
    errors.LeaseExpiredError: grpc.StatusCode.ABORTED,
    errors.CapacityError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.AuthError: grpc.StatusCode.UNAUTHENTICATED,
    errors.PolicyError: grpc.StatusCode.ABORTED,
    errors.DialectError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.VerifierError: grpc.StatusCode.ABORTED,
    errors.DataError: grpc.StatusCode.DATA_LOSS,
}
_BY_NAME = {kind.__name__: kind for kind in STATUS}

# A status that gRPC itself made, with no class in its metadata.
_WITHOUT_CLASS: dict[grpc.StatusCode, type[FarmError]] = {
    grpc.StatusCode.DEADLINE_EXCEEDED: errors.DeadlineError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.CapacityError,
    grpc.StatusCode.UNAUTHENTICATED: errors.AuthError,
    grpc.StatusCode.INVALID_ARGUMENT: errors.ConfigError,
    grpc.StatusCode.DATA_LOSS: errors.DataError,
}
_FIXES: dict[grpc.StatusCode, str] = {
    grpc.StatusCode.UNAVAILABLE: "is it running there, with the same TLS settings? `farm serve` starts one",
    grpc.StatusCode.UNIMPLEMENTED: "the other side is another program, or another version of this one",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "send or ask for less at once; push and pull move files in chunks",
    grpc.StatusCode.DEADLINE_EXCEEDED: "give the call more time, or look at `farm devices` for what it waits on",
}

Metadata = tuple[tuple[str, str | bytes], ...]


def wire_class(error: FarmError) -> type[FarmError]:
    """The nearest class that the table knows: one from outside the tree travels as its base."""
    return next(kind for kind in type(error).__mro__ if kind in STATUS)


def to_status(error: FarmError) -> tuple[grpc.StatusCode, str, Metadata]:
    """Code, details and trailing metadata."""
    kind = wire_class(error)
    metadata: Metadata = (
        (CLASS_KEY, kind.__name__),
        (FIELD_KEY, _clip(error.field, _MAX_FIELD)),
        (FIX_KEY, _clip(error.fix, _MAX_FIX)),
    )
    return STATUS[kind], _clip(error.message, _MAX_MESSAGE).decode(), metadata


def _clip(text: str, limit: int) -> bytes:
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore").encode()


def from_status(
    code: grpc.StatusCode, details: str, metadata: Iterable[tuple[str, str | bytes]], *, peer: str = ""
) -> FarmError:
    """The exception that the other side raised; for a status of gRPC's own the nearest one."""
    values = dict(metadata)
    kind = _BY_NAME.get(_text(values.get(CLASS_KEY, "")))
    if kind is not None:
        return kind(details, field=_text(values.get(FIELD_KEY, "")), fix=_text(values.get(FIX_KEY, "")))
    kind = _WITHOUT_CLASS.get(code, errors.TransportError)
    where = f"{peer}: " if peer else ""
    return kind(f"{where}{details or code.name}", fix=_FIXES.get(code, ""))


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def from_rpc(error: grpc.aio.AioRpcError, *, peer: str = "") -> FarmError:
    """`from_status` of a failed call."""
    metadata = [*(error.trailing_metadata() or ()), *(error.initial_metadata() or ())]
    return from_status(error.code(), error.details() or "", metadata, peer=peer)


def is_from_peer(error: grpc.aio.AioRpcError) -> bool:
    """Whether the service itself answered with this error, rather than the connection."""
    return any(key == CLASS_KEY for key, _ in error.trailing_metadata() or ())


@asynccontextmanager
async def answering(context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[None]:
    """Turns what the body raises into the status of the call."""
    try:
        yield
    except FarmError as error:
        await context.abort(*to_status(error))
    except Exception as error:  # noqa: BLE001 - the boundary of the service: logged, and sent on as a typed error
        _LOG.exception("a call failed unexpectedly")
        await context.abort(*to_status(errors.BackendError(f"{type(error).__name__}: {error}")))
