"""A headless Chromium, driven by its DevTools protocol over a pipe: JSON messages that end in a NUL byte."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

PROGRAM = "chromium"
_CALL_S = 30.0
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


class Browser:
    """The connection to one Chromium."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.problems: list[str] = []

    async def listen(self) -> None:
        """Hands out answers, and keeps what pages complain of."""
        while True:
            message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
            answer = self._answers.pop(message.get("id", 0), None)
            if answer is not None and not answer.done():
                answer.set_result(message)
            elif message.get("method") == "Runtime.exceptionThrown":
                details = message["params"]["exceptionDetails"]
                self.problems.append(str(details.get("exception", {}).get("description") or details["text"]))

    async def call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._writer.write(json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(_CALL_S):
            answered = await answer
        if "error" in answered:
            raise RuntimeError(f"{method}: {answered['error']}")
        result: dict[str, Any] = answered["result"]
        return result

    async def open(self, url: str, *, width: int = 1280, height: int = 860) -> Tab:
        """A new tab of this size, in a context of its own, as another person's browser would be."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = (await self.call("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        tab = Tab(self, session, target)
        for domain in ("Runtime", "Page"):
            await self.call(f"{domain}.enable", session)
        await tab.resize(width, height)
        await self.call("Page.navigate", session, url=url)
        return tab


class Tab:
    """One tab. Coordinates are CSS pixels of the window."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser = browser
        self._session = session
        self._target = target

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return await self._browser.call(method, self._session, **parameters)

    async def resize(self, width: int, height: int, *, zoom: float = 1.0) -> None:
        await self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=zoom, mobile=False
        )

    async def run(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited."""
        answer = await self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def until(self, expression: str, *, seconds: float = 20.0) -> Any:
        """The value of `expression` once it is true; fails with what the page shows then."""
        # A page that is still being loaded lacks the elements that the expression names.
        guarded = f"(() => {{ try {{ return {expression}; }} catch {{ return null; }} }})()"
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if value := await self.run(guarded):
                        return value
                    await asyncio.sleep(0.03)
        except TimeoutError:
            shown = await self.run("document.body.innerText")
            raise AssertionError(f"not in {seconds:g} s: {expression}\n{self._browser.problems}\n{shown}") from None

    async def mouse(self, kind: str, x: float, y: float, *, button: str = "left", **more: Any) -> None:
        await self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, **more)

    async def click(self, x: float, y: float, *, button: str = "left") -> None:
        await self.mouse("mouseMoved", x, y, button="none")
        await self.mouse("mousePressed", x, y, button=button, clickCount=1)
        await self.mouse("mouseReleased", x, y, button=button, clickCount=1)

    async def press(self, selector: str) -> None:
        """Clicks the middle of an element, which has to be there and not disabled."""
        find = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"{find} && !{find}.disabled && {find}.offsetParent !== null")
        await self.run(f"{find}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        middle = "[b.x + b.width / 2, b.y + b.height / 2]"
        await self.click(*await self.run(f"(() => {{ const b = {find}.getBoundingClientRect(); return {middle}; }})()"))

    async def key(self, key: str, *, modifiers: int = 0, text: str = "") -> None:
        """A key down and up; `modifiers` is 1 alt, 2 ctrl, 4 meta, 8 shift."""
        more = {"text": text} if text else {}
        await self._call("Input.dispatchKeyEvent", type="keyDown", key=key, modifiers=modifiers, **more)
        await self._call("Input.dispatchKeyEvent", type="keyUp", key=key, modifiers=modifiers)

    async def insert(self, text: str) -> None:
        """Text as an input method brings it."""
        await self._call("Input.insertText", text=text)

    async def compose(self, pieces: list[str]) -> None:
        """An input method at work: every piece replaces the one before, the last one is committed."""
        for piece in pieces[:-1]:
            await self._call("Input.imeSetComposition", text=piece, selectionStart=len(piece), selectionEnd=len(piece))
        await self._call("Input.insertText", text=pieces[-1])

    async def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode((await self._call("Page.captureScreenshot", format="png"))["data"])

    async def close(self) -> None:
        await self._browser.call("Target.closeTarget", targetId=self._target)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium with an empty profile, ended and removed afterwards. Raises FileNotFoundError where there is none."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise FileNotFoundError(f"{PROGRAM} is not installed: apt-get install {PROGRAM}")
    to_child, from_us = os.pipe()
    to_us, from_child = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The program reads descriptor 3 and writes descriptor 4.
        script = f'exec 3<&{to_child} 4>&{from_child}; exec "$@"'
        child = await asyncio.create_subprocess_exec(
            *("/bin/bash", "-c", script, "chromium", program, *_FLAGS, f"--user-data-dir={profile}"),
            pass_fds=(to_child, from_child),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_child)
        os.close(from_child)
        reader, writer = await _streams(to_us, from_us)
        browser = Browser(reader, writer)
        listening = asyncio.create_task(browser.listen())
        try:
            yield browser
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            writer.close()
            # Closing the pipe ends the browser by itself; its group goes with it if it does not.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5.0):
                    await child.wait()
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, 9)
                await child.wait()


async def _streams(read: int, write: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 28)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(write, "wb"))
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
