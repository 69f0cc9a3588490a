"""Pages that run: one engine each, kept while somebody looks at the page.

A page is what its source and the events so far make of it. The engine is only a cache of that: after a snapshot is
restored, or when too many pages run at once, a new engine takes the same way again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from device_farm.simulator.apps.chrome.web.canvas import CanvasPicture
from device_farm.simulator.apps.chrome.web.engine import PageDied, PageEngine, PageSpec
from device_farm.simulator.apps.chrome.web.layout import Page, lay_out
from device_farm.simulator.apps.chrome.web.model import Element, EventLog, PageEvent, Rect
from device_farm.simulator.apps.chrome.web.style import Viewport

PAGES_MAX: Final = 24
"""Engines kept in one process; a page takes one to three megabytes."""
RUNS_MAX: Final = 20_000
_DEVICE_WIDTH_PX: Final = 1080.0


class LivePage:
    """A page at one point of its life. `died` says why it is over, empty while it is not."""

    def __init__(self, spec: PageSpec) -> None:
        self.spec = spec
        self.died = ""
        self._canvases: dict[int, CanvasPicture] = {}
        self._page: Page | None = None
        self._engine: PageEngine | None = None
        self._attempt(None, spec.start_s)

    # What is shown

    @property
    def now_s(self) -> float:
        return self._engine.now_s if self._engine is not None else self.spec.start_s

    @property
    def title(self) -> str:
        return self._engine.said.title if self._engine is not None else ""

    @property
    def navigation(self) -> str:
        """An address that the page's last turn asked for."""
        return self._engine.said.navigation if self._engine is not None else ""

    @property
    def alerts(self) -> tuple[str, ...]:
        return self._engine.alerts if self._engine is not None else ()

    @property
    def log(self) -> list[tuple[str, str]]:
        """Level and text of the console's lines."""
        return self._engine.log if self._engine is not None else []

    @property
    def viewport(self) -> Viewport:
        width = self._engine.said.viewport_width if self._engine is not None else self.spec.width
        return Viewport(width, self.spec.height * width / self.spec.width, _DEVICE_WIDTH_PX / width)

    def page(self) -> Page | None:
        """The page laid out; None for one that has died."""
        if self._engine is None or self.died:
            return None
        if self._page is None or self._engine.said.changed:
            try:
                self._page = lay_out(self._engine.tree(), self.viewport)
            except PageDied as error:
                self.died = str(error)
                return None
            self._engine.said.changed = False
        return self._page

    def canvas_png(self, number: int) -> bytes:
        picture = self._canvases.get(number)
        return picture.png() if picture is not None else b""

    # What happens to it

    def advance(self, now_s: float) -> None:
        """Lets the page's timers run."""
        if now_s > self.now_s:
            self._attempt(None, now_s)

    def dispatch(self, event: PageEvent) -> None:
        self._attempt(event, max(event.at_s, self.now_s))

    def _attempt(self, event: PageEvent | None, now_s: float) -> None:
        if self.died:
            return
        try:
            if self._engine is None:
                self._engine = PageEngine(self.spec, self)
                return
            rects: Mapping[int, Rect] | None = None
            page = self.page() if self._engine.wants_layout and event is not None else None
            if page is not None:
                rects = page.rects()
            self._engine.handle(event, now_s, rects, self._read_pixels() if event is not None else None)
        except PageDied as error:
            self.died = str(error)

    def _read_pixels(self) -> dict[int, list[int]]:
        """What the canvases show that the page has read before; leaves out those with too much in them."""
        if self._engine is None:
            return {}
        found: dict[int, list[int]] = {}
        for number in self._engine.canvases_read:
            picture = self._canvases.get(number)
            if picture is not None and picture.width * picture.height > 0:
                runs = picture.runs(0, 0, picture.width, picture.height)
                if len(runs) <= RUNS_MAX:
                    found[number] = runs
        return found

    # Host

    def forget(self) -> None:
        self._canvases.clear()

    def paint(self, canvas: int, width: int, height: int, commands: list[Any]) -> None:
        picture = self._canvases.setdefault(canvas, CanvasPicture(self._canvases.get))
        picture.paint(width, height, commands)

    def answer(self, kind: str, about: Any, tree: Element | None) -> Any:
        match kind:
            case "layout" if tree is not None:
                return lay_out(tree, self.viewport).rects()
            case "pixels":
                number, x, y, width, height = about
                picture = self._canvases.get(number) or CanvasPicture(self._canvases.get)
                return picture.runs(int(x), int(y), int(width), int(height))
            case "url":
                picture = self._canvases.get(about[0]) or CanvasPicture(self._canvases.get)
                return picture.data_url()
            case _:
                return None


_running: OrderedDict[EventLog, LivePage] = OrderedDict()


def live_page(spec: PageSpec, log: EventLog, now_s: float) -> LivePage:
    """The page after all events of `log` at phone time `now_s`."""
    live = _running.pop(log, None)
    if live is not None and live.now_s > now_s:
        live = None
    if live is None and log.before is not None and log.event is not None:
        before = _running.pop(log.before, None)
        if before is not None and before.now_s <= log.event.at_s:
            before.dispatch(log.event)
            live = before
    if live is None:
        live = LivePage(spec)
        for event in log.events():
            live.dispatch(event)
    live.advance(now_s)
    _running[log] = live
    while len(_running) > PAGES_MAX:
        _running.popitem(last=False)
    return live
