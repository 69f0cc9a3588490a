"""The phone's automation server (uiautomator2's `u2.jar`): JSON-RPC over HTTP on the device's TCP port 9008.

Its accessibility connection stays open, so a dump takes milliseconds where `uiautomator dump` takes seconds.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

from device_farm.adb.client import AdbClient
from device_farm.adb.deadline import Deadline
from device_farm.adb.stream import AdbStream
from device_farm.android.http import HttpStream
from device_farm.errors import GuestError, TransportError

PORT = 9008
"""uiautomator2's DEFAULT_SERVER_PORT."""

_JAR = "/data/local/tmp/u2.jar"
_LAUNCH = f"CLASSPATH={_JAR} app_process / com.wetest.uia2.Main -p {PORT}"
_START_TIMEOUT_S = 20.0
_POLL_S = 0.05
_MAX_DEPTH = 100


def bundled_jar() -> Path | None:
    """The server's code in the uiautomator2 package, where that is installed. Imports nothing of it."""
    found = importlib.util.find_spec("uiautomator2")
    if found is None or found.origin is None:
        return None
    jar = Path(found.origin).with_name("assets") / "u2.jar"
    return jar if jar.is_file() else None


class AutomationServer:
    """Calls into the server of one phone. `jar` is pushed first; without it the phone's own copy is used, if any."""

    def __init__(self, client: AdbClient, *, jar: Path | None = None) -> None:
        self._client = client
        self._jar = jar
        self._http: HttpStream | None = None
        self._process: AdbStream | None = None
        self._ended: asyncio.Task[str] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Makes sure that the server runs.

        Raises:
            GuestError: it does not, and cannot be started.
        """
        if await self._answers():
            return
        await self._provide_jar()
        features = await self._client.features()
        service = f"shell,v2,raw:{_LAUNCH}" if "shell_v2" in features else f"shell:{_LAUNCH}"
        self._process = await self._client.connection.open(service)
        self._ended = asyncio.create_task(_read_to_end(self._process))
        async with Deadline(_START_TIMEOUT_S, "starting the phone's automation server"):
            while not await self._answers():
                if self._ended.done():
                    raise GuestError(f"the automation server ended at once: {await self._ended}")
                await asyncio.wait([self._ended], timeout=_POLL_S)

    async def hierarchy(self, *, timeout_s: float = 20.0) -> str:
        """The XML of all windows."""
        answer = await self.call("dumpWindowHierarchy", [False, _MAX_DEPTH], timeout_s=timeout_s, repeatable=True)
        if not isinstance(answer, str):
            raise GuestError(f"the automation server sent no hierarchy: {answer!r:.200}")
        return answer

    async def paste(self, text: str, *, timeout_s: float = 20.0) -> None:
        """Puts `text` into the focused field by way of the clipboard. Raises GuestError where that does not work."""
        await self.call("setClipboard", [None, text], timeout_s=timeout_s)
        await self.call("pasteClipboard", [], timeout_s=timeout_s)

    async def call(self, method: str, params: list[Any], *, timeout_s: float = 20.0, repeatable: bool = False) -> Any:
        """One remote call. A `repeatable` one is sent again when a kept connection turns out to be gone.

        Raises:
            GuestError: the server reports an error.
            TransportError: nothing answers.
        """
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        async with Deadline(timeout_s, f"automation server: {method}"), self._one_at_a_time:
            kept = self._http is not None
            try:
                answer = await self._post(body)
            except TransportError:
                if not (kept and repeatable):
                    raise
                answer = await self._post(body)
        return _result(method, answer)

    async def close(self) -> None:
        """Ends the server where `start` began it. Idempotent."""
        self._forget_connection()
        process, self._process = self._process, None
        if process is not None:
            process.close()
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.cancel()
            await asyncio.wait([ended])

    async def _post(self, body: bytes) -> bytes:
        if self._http is None:
            self._http = HttpStream(await self._client.open_port(PORT))
        http = self._http
        try:
            response = await http.request("POST", "/jsonrpc/0", body)
        finally:
            # Also when cancelled: the rest of the answer would be taken for the next one.
            if not http.reusable:
                self._forget_connection()
        if response.status != 200:
            raise GuestError(f"the automation server answered with HTTP {response.status}")
        return response.body

    def _forget_connection(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            http.close()

    async def _answers(self) -> bool:
        try:
            http = HttpStream(await self._client.open_port(PORT))
        except GuestError:
            return False
        try:
            async with Deadline(5.0, "automation server: ping"):
                return (await http.request("GET", "/ping")).body == b"pong"
        except TransportError:
            return False
        finally:
            http.close()

    async def _provide_jar(self) -> None:
        if self._jar is None:
            return
        data = await asyncio.to_thread(self._jar.read_bytes)
        there = await self._client.stat(_JAR)
        if there is None or there.size != len(data):
            await self._client.push(_JAR, data)


async def _read_to_end(process: AdbStream) -> str:
    """The last of what the server's command said, once it has ended or the phone is gone."""
    said = b""
    try:
        while data := await process.read():
            said = (said + data)[-1000:]
    except TransportError as error:
        return error.message
    return "".join(character for character in said.decode("utf-8", "replace") if character.isprintable())[-300:]


def _result(method: str, answer: bytes) -> Any:
    try:
        message = json.loads(answer)
    except ValueError as error:
        raise TransportError(f"automation server: {method}: not JSON: {answer[:80]!r}") from error
    if not isinstance(message, dict):
        raise TransportError(f"automation server: {method}: not an object: {answer[:80]!r}")
    refusal = message.get("error")
    if refusal is not None:
        said = refusal.get("message", refusal) if isinstance(refusal, dict) else refusal
        raise GuestError(f"automation server: {method}: {str(said)[:300]}")
    return message.get("result")
