"""What Chrome's screen holds: the page that is open, what happened to it, the pages before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias
from urllib.parse import quote, unquote, urljoin, urlsplit

from device_farm.simulator.apps.browsing import file_uri
from device_farm.simulator.apps.chrome.web.engine import PageSpec
from device_farm.simulator.apps.chrome.web.model import EventLog
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit.app import Context

PACKAGE: Final = "com.android.chrome"
NEW_TAB: Final = "chrome://newtab/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One page in the history. `spec` is None for a new tab and where nothing could be loaded: `problem` says why."""

    url: str = NEW_TAB
    spec: PageSpec | None = None
    log: EventLog = field(default_factory=EventLog)
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromeState:
    """`serial` counts the pages that were opened, so that each has view state of its own; `alerts_seen` are the alerts
    of the page that the person has closed."""

    tab: Tab = field(default_factory=Tab)
    history: tuple[Tab, ...] = ()
    serial: int = 0
    alerts_seen: int = 0


ChromeContext: TypeAlias = Context[ChromeState]


def opened(context: ChromeContext, url: str) -> Tab:
    """The page at `url`, as it begins now."""
    parts = urlsplit(url)
    if url in ("", NEW_TAB, "about:blank"):
        return Tab()
    if parts.scheme in ("file", "content", ""):
        return _from_file(context, url, unquote(parts.path))
    if parts.scheme == "data":
        return _tab(context, url, unquote(url.partition(",")[2]))
    return Tab(url=url, problem="ERR_INTERNET_DISCONNECTED")


def _from_file(context: ChromeContext, url: str, path: str) -> Tab:
    files: FileSystem = context.files
    if not files.is_file(path):
        return Tab(url=url, problem="ERR_FILE_NOT_FOUND")
    text = files.read(path).decode("utf-8", "replace")
    if not path.lower().endswith((".html", ".htm", ".xhtml", ".svg", ".xml")) and "<html" not in text[:1000].lower():
        text = f"<pre>{text.replace('&', '&amp;').replace('<', '&lt;')}</pre>"
    return _tab(context, file_uri(path), text)


def _tab(context: ChromeContext, url: str, source: str) -> Tab:
    seed = context.random(f"page {url}").getrandbits(31)
    return Tab(url=url, spec=PageSpec(source=source, url=url, seed=seed, start_s=context.now_s))


def gone_to(state: ChromeState, tab: Tab) -> ChromeState:
    """With another page in front; the old one can be gone back to."""
    return replace(state, tab=tab, history=(*state.history, state.tab), serial=state.serial + 1, alerts_seen=0)


def address_of(text: str, base: str) -> str:
    """The address that somebody typed or a link names; what is no address is searched for."""
    text = text.strip()
    if "://" in text or text.startswith(("data:", "about:")):
        return text
    if text.startswith("/") or (
        base.startswith("file:") and not text.startswith("www.") and "." in text and " " not in text
    ):
        return urljoin(base if base.startswith("file:") else "file:///", text)
    if " " in text or "." not in text:
        return f"https://www.google.com/search?q={quote(text)}"
    return f"https://{text}"


def shown_address(url: str) -> str:
    """As the address bar shows it."""
    if url == NEW_TAB:
        return ""
    return unquote(url).removeprefix("https://").removeprefix("http://")
