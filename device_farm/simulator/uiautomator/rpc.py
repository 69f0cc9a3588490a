"""The methods of the automation server, by the names and arguments that uiautomator2 3.x sends.

Sources: uiautomator2 `__init__.py`, `_selector.py`; openatx `AutomatorService.java` for the meaning of arguments.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from device_farm.simulator.uiautomator.errors import AutomationError, UnknownMethodError
from device_farm.simulator.uiautomator.http import Request, Response
from device_farm.simulator.uiautomator.selector import SelectorError

_PARSE_ERROR, _INVALID_REQUEST, _METHOD_NOT_FOUND, _INVALID_PARAMS, _FAILED = -32700, -32600, -32601, -32602, -32001

Method = Callable[..., Awaitable[Any]]


class RpcEndpoint:
    """`/ping` and `/jsonrpc/0`."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = methods

    async def handle(self, request: Request) -> Response:
        match (request.method, request.path.partition("?")[0]):
            case ("GET", "/ping"):
                return Response(status=200, body=b"pong")
            case ("POST", "/jsonrpc/0"):
                answer = await self._call(request.body)
                return Response(status=200, body=json.dumps(answer).encode(), content_type="application/json")
            case (_, "/ping" | "/jsonrpc/0"):
                return Response(status=405, body=b"method not allowed")
            case _:
                return Response(status=404, body=b"not found")

    async def _call(self, body: bytes) -> dict[str, Any]:
        try:
            call = json.loads(body)
        except ValueError as error:
            return _error(None, _PARSE_ERROR, f"not JSON: {error}")
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return _error(None, _INVALID_REQUEST, "a JSON-RPC call needs a method")
        number, name, params = call.get("id"), call["method"], call.get("params") or []
        try:
            return {"jsonrpc": "2.0", "id": number, "result": await self._invoke(name, params)}
        except UnknownMethodError:
            return _error(number, _METHOD_NOT_FOUND, f"method not found: {name}")
        except AutomationError as error:
            return _error(number, _FAILED, str(error))
        except (SelectorError, TypeError, ValueError, KeyError) as error:
            return _error(number, _INVALID_PARAMS, f"bad parameters for {name}: {error}")

    async def _invoke(self, name: str, params: Any) -> Any:
        method = self._methods.get(name)
        if method is None:
            raise UnknownMethodError(name)
        if isinstance(params, dict):
            return await method(**params)
        if isinstance(params, list):
            return await method(*params)
        raise ValueError("params are neither a list nor an object")


def _error(number: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message, "data": message}}
