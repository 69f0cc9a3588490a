"""The options of channel and server: gRPC takes unknown ones without a word."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import grpc.aio
import pytest
from grpc._cython import cygrpc

from device_farm.server.limits import CHANNEL_OPTIONS, SERVER_OPTIONS

PING_MS = 5100
"""A little more than the server allows."""
CALL_S = 26.0
"""More than four pings: at the fourth a server that knows nothing of them ends the connection."""


@pytest.mark.parametrize("name", sorted({name for name, _ in (*SERVER_OPTIONS, *CHANNEL_OPTIONS)}))
def test_option_is_one_that_grpc_knows(name: str) -> None:
    assert name.encode() in Path(cygrpc.__file__).read_bytes()


@pytest.mark.slow
def test_call_outlives_the_pings_of_its_channel() -> None:
    async def sleep(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        await asyncio.sleep(CALL_S)
        return b"woken"

    async def scenario() -> bytes:
        server = grpc.aio.server(options=SERVER_OPTIONS)
        handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(sleep)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Bed", {"Sleep": handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        options = {**dict(CHANNEL_OPTIONS), "grpc.keepalive_time_ms": PING_MS}
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=list(options.items())) as channel:
                method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/test.Bed/Sleep")
                return await method(b"")
        finally:
            await server.stop(0)

    assert asyncio.run(scenario()) == b"woken"
