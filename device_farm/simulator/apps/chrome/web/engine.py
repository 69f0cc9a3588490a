"""A page's engine: QuickJS in a sandbox. No network, no files, no way out but the answers that it gives.

The engine cannot call Python while it is under a time limit. So a script's question to the phone (pixels of a canvas,
the box of an element after a change) ends the turn: the phone answers, and the page is run again from its beginning
with the same events and all answers so far. Page time, random numbers and events are given from outside, so it comes by
the same way to the same place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Protocol, cast

import quickjs

from device_farm.simulator.apps.chrome.web.model import Element, PageEvent, Rect, element_of
from device_farm.simulator.toolkit.base import FontWeight
from device_farm.simulator.toolkit.fonts import text_width

TIME_LIMIT_S: Final = 1.0
"""Processor time that one turn of a page may take."""
TREE_LIMIT_S: Final = 10.0
"""The same for telling a long document's style, which is not the page's doing."""
MEMORY_LIMIT_BYTES: Final = 64 << 20
STACK_BYTES: Final = 512 << 10
QUESTIONS_MAX: Final = 100
"""More questions than these, and the page counts as hung: each costs a run from its beginning."""
SOURCE_MAX: Final = 4 << 20
_JOBS_MAX: Final = 10_000
_PARTS: Final = ("dom", "html", "css", "cascade", "canvas", "controls", "events", "window", "host")


class PageDied(Exception):
    """The page used up its time or its memory, or asked without end."""


class Host(Protocol):
    """What answers a page's questions and paints its canvases."""

    def forget(self) -> None:
        """The page starts anew: all canvases are empty."""
        ...

    def paint(self, canvas: int, width: int, height: int, commands: list[Any]) -> None: ...
    def answer(self, kind: str, about: Any, tree: Element | None) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """What a page begins with. Sizes are CSS pixels: `width` of a page that says nothing of its viewport,
    `device_width` of one that fits itself to the device."""

    source: str
    url: str
    seed: int
    start_s: float
    width: float = 980.0
    height: float = 1710.0
    device_width: float = 411.0
    device_ratio: float = 2.625


@dataclass(slots=True)
class Said:
    """What the page told in its last turn. `changed`: its tree is another than the one given last."""

    title: str = ""
    navigation: str = ""
    viewport_width: float = 980.0
    changed: bool = True


@lru_cache(maxsize=1)
def _prelude() -> str:
    folder = files("device_farm.simulator.apps.chrome.web")
    return "\n".join(folder.joinpath(f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)


@lru_cache(maxsize=1)
def _widths() -> dict[str, list[int]]:
    """Widths of printable ASCII in thousandths of the font size."""
    weights: tuple[FontWeight, ...] = ("regular", "bold")
    return {weight: [round(text_width(chr(code), weight, 1000.0)) for code in range(32, 127)] for weight in weights}


class PageEngine:
    """One page. Every method may raise PageDied; after that the engine is of no further use."""

    def __init__(self, spec: PageSpec, host: Host) -> None:
        self._spec = spec
        self._host = host
        self._answers: list[Any] = []
        self._turns: list[str] = []
        self.now_s = spec.start_s
        self.said = Said()
        self.alerts: tuple[str, ...] = ()
        self.log: list[tuple[str, str]] = []
        self.wants_layout = False
        self.canvases_read: set[int] = set()
        self._context = self._started()

    def handle(
        self,
        event: PageEvent | None,
        now_s: float,
        rects: Mapping[int, Rect] | None = None,
        pixels: Mapping[int, list[int]] | None = None,
    ) -> None:
        """Lets the page's time run to `now_s`, then hands it the event.

        `rects` and `pixels` answer beforehand what the page is likely to ask: its boxes, and what its canvases show.
        """
        told: dict[str, Any] = {"now_ms": now_s * 1000.0}
        if event is not None:
            told["event"] = {"node": event.node, "kind": event.kind, "value": event.value}
        if rects is not None:
            told["rects"] = rects
        if pixels:
            told["pixels"] = pixels
        turn = json.dumps(told)
        self._turns.append(turn)
        said = self._call("handle", turn)
        while "needs" in said:
            said = self._again(said["needs"])
        self._hear(said)
        self.now_s = max(self.now_s, now_s)

    def tree(self) -> Element:
        """The document now."""
        self._context.set_time_limit(TREE_LIMIT_S)
        told = self._call("tell")["tree"]
        self._context.set_time_limit(TIME_LIMIT_S)
        return element_of(told)

    # One run

    def _started(self) -> quickjs.Context:
        while True:
            context, said = self._loaded()
            if "needs" not in said:
                self._hear(said)
                return context
            self._answer(said["needs"])

    def _loaded(self) -> tuple[quickjs.Context, dict[str, Any]]:
        """A fresh engine with the page's document and the outcome of its scripts."""
        spec = self._spec
        self._host.forget()
        self.alerts, self.log = (), []
        context = quickjs.Context()
        context.set_memory_limit(MEMORY_LIMIT_BYTES)
        context.set_max_stack_size(STACK_BYTES)
        context.set_time_limit(TIME_LIMIT_S)
        context.eval(_prelude())
        self._context = context
        options = {
            "now_ms": spec.start_s * 1000.0,
            "seed": spec.seed,
            "url": spec.url,
            "width": spec.width,
            "height": spec.height,
            "device_width": spec.device_width,
            "device_ratio": spec.device_ratio,
            "answers": self._answers,
            "widths": _widths(),
        }
        scripts = self._call("load", spec.source[:SOURCE_MAX], json.dumps(options))
        for place, script in enumerate(scripts):
            self._call("begin", place)
            self._script(script)
        return context, self._call("ready", False)

    def _script(self, source: str) -> None:
        """A script of the page; what it throws is the page's own affair."""
        try:
            self._context.eval(source)
            self._run_jobs()
        except quickjs.JSException as error:
            _check_alive(error)
            self._call("failing", str(error).strip().splitlines()[0])

    def _call(self, name: str, *arguments: str | int | bool) -> Any:
        try:
            said = self._context.eval(f"__farm.{name}")(*arguments)
            self._run_jobs()
        except quickjs.JSException as error:
            _check_alive(error)
            raise PageDied(str(error)) from error
        return json.loads(said) if said else None

    def _run_jobs(self) -> None:
        """What promises have put off."""
        for _ in range(_JOBS_MAX):
            try:
                if not self._context.execute_pending_job():
                    return
            except quickjs.JSException as error:
                _check_alive(error)
        raise PageDied("promises without end")

    # Questions

    def _again(self, needs: dict[str, Any]) -> dict[str, Any]:
        """Answers the question and brings a new engine to where the old one stood, up to the next question."""
        self._answer(needs)
        context, said = self._loaded()
        while "needs" in said:
            self._answer(said["needs"])
            context, said = self._loaded()
        self._hear(said)
        self._context = context
        for turn in self._turns:
            said = cast(dict[str, Any], self._call("handle", turn))
            if "needs" in said:
                return said
            if turn is not self._turns[-1]:
                self._hear(said)
        return said

    def _answer(self, needs: dict[str, Any]) -> None:
        if len(self._answers) >= QUESTIONS_MAX:
            raise PageDied("the page asks without end")
        for canvas, width, height, commands in needs["drawn"]:
            self._host.paint(canvas, width, height, commands)
        tree = element_of(needs["tree"]) if needs["tree"] else None
        self.wants_layout = self.wants_layout or needs["kind"] == "layout"
        if needs["kind"] == "pixels":
            self.canvases_read.add(needs["about"][0])
        self._answers.append(self._host.answer(needs["kind"], needs["about"], tree))

    def _hear(self, said: dict[str, Any]) -> None:
        for canvas, width, height, commands in said["drawn"]:
            self._host.paint(canvas, width, height, commands)
        self.alerts = tuple(said["alerts"])
        self.log.extend((level, text) for level, text in said["logged"])
        self.said = Said(
            title=said["title"],
            navigation=said["navigation"] or "",
            viewport_width=float(said["viewport"]["width"]),
            changed=bool(said["changed"]),
        )


def _check_alive(error: Exception) -> None:
    """Raises PageDied where the engine itself gave up, not the script."""
    text = str(error)
    if "interrupted" in text or "out of memory" in text or text.strip() in ("", "null"):
        raise PageDied(text.strip().splitlines()[0] if text.strip() else "out of memory") from error
