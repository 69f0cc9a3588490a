"""Every class of the error tree comes back through a real gRPC call as itself."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import grpc.aio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm import errors
from device_farm.client.channel import call
from device_farm.errors import FarmError
from device_farm.server.errors import STATUS, answering, from_status, to_status

_TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, FarmError)]


@asynccontextmanager
async def raising(error: Exception) -> AsyncIterator[grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]]:
    """A service whose only method raises `error`."""

    async def method(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        async with answering(context):
            raise error

    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(method)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("t.T", {"M": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel.unary_unary("/t.T/M")
    finally:
        await server.stop(None)


def _through_the_wire(error: Exception) -> FarmError:
    async def play() -> FarmError:
        async with raising(error) as method:
            with pytest.raises(FarmError) as caught:
                await call(method, b"", timeout_s=5.0)
            return caught.value

    return asyncio.run(play())


def test_every_class_of_the_tree_is_in_the_table() -> None:
    assert set(STATUS) == set(_TREE)


@pytest.mark.parametrize("kind", _TREE)
def test_error_comes_back_as_the_same_class_with_field_and_fix(kind: type[FarmError]) -> None:
    back = _through_the_wire(kind("it broke: ü\n2nd line", field="a.b-ß", fix='run "x" → y'))
    assert type(back) is kind
    assert (back.message, back.field, back.fix) == ("it broke: ü\n2nd line", "a.b-ß", 'run "x" → y')


def test_class_from_outside_the_tree_comes_back_as_its_base() -> None:
    class Odd(errors.GuestError):
        """A driver's own."""

    assert type(_through_the_wire(Odd("x"))) is errors.GuestError


def test_unexpected_exception_comes_back_as_a_backend_error() -> None:
    back = _through_the_wire(ZeroDivisionError("by zero"))
    assert type(back) is errors.BackendError
    assert "ZeroDivisionError: by zero" in back.message


def test_endless_message_is_cut_rather_than_lost() -> None:
    back = _through_the_wire(errors.GuestError("x" * 100_000, field="f" * 1000, fix="y" * 100_000))
    assert type(back) is errors.GuestError
    assert back.message.startswith("xxx") and back.fix.startswith("yyy")


def test_status_without_a_class_becomes_the_nearest_error() -> None:
    assert type(from_status(grpc.StatusCode.DEADLINE_EXCEEDED, "", ())) is errors.DeadlineError
    assert type(from_status(grpc.StatusCode.UNAVAILABLE, "", ())) is errors.TransportError
    unknown = from_status(grpc.StatusCode.UNIMPLEMENTED, "", (("farm-error-class", "NoSuchClass"),))
    assert type(unknown) is errors.TransportError


@settings(max_examples=50, deadline=None)
@given(message=st.text(max_size=200), field=st.text(max_size=50), fix=st.text(max_size=200))
def test_any_text_survives_the_table(message: str, field: str, fix: str) -> None:
    def sent(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    back = from_status(*to_status(errors.ConfigError(message, field=field, fix=fix)))
    assert (back.message, back.field, back.fix) == (sent(message), sent(field), sent(fix))
