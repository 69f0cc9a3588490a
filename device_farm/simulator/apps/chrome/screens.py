"""Chrome's window: the tool bar with the address, and below it the page, a new tab or what went wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from device_farm.simulator.apps.chrome import first_run
from device_farm.simulator.apps.chrome.state import (
    ChromeContext,
    ChromeState,
    Tab,
    address_of,
    gone_to,
    opened,
    shown_address,
)
from device_farm.simulator.apps.chrome.web.live import LivePage, live_page
from device_farm.simulator.apps.chrome.web.model import Element, EventKind, EventValue, PageEvent
from device_farm.simulator.apps.chrome.web.render import Rendering, field_key, is_field, render
from device_farm.simulator.intents import VIEW
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

_BAR = 0xFFFFFFFF
_FIELD = 0xFFF1F3F4
_INK = 0xFF202124
_LEVELS: Final = {"error": "E", "warning": "W"}


class Browser(Activity[ChromeState]):
    def initial(self, context: ChromeContext) -> ChromeState:
        return ChromeState(tab=_asked_for(context))

    def on_new_intent(self, context: ChromeContext) -> None:
        if context.intent.action == VIEW:
            _show(context, gone_to(context.state, _asked_for(context)))

    def build(self, context: ChromeContext) -> w.Widget:
        if first_run.pending(context):
            return first_run.first_run_screen(context)
        tab = context.state.tab
        live = _live(context)
        page = live.page() if live is not None else None
        if tab.problem:
            body = _problem(context, tab)
        elif live is None:
            body = _new_tab(context)
        elif page is None:
            body = _sad_tab(context)
        else:
            alerts = live.alerts[context.state.alerts_seen :]
            body = _page(context, live)
            if alerts:
                body = w.Stack((body, _alert(context, tab, alerts[0])), ("fill", "fill"))
        return w.Column((_tool_bar(context, tab), body), background=_BAR)

    def on_back(self, context: ChromeContext) -> bool:
        state = context.state
        if not state.history:
            return False
        *older, last = state.history
        context.update(tab=last, history=tuple(older), serial=state.serial + 1, alerts_seen=0)
        return True


def _asked_for(context: ChromeContext) -> Tab:
    return opened(context, context.intent.data) if context.intent.action == VIEW else Tab()


def _show(context: ChromeContext, state: ChromeState) -> None:
    context.update(tab=state.tab, history=state.history, serial=state.serial, alerts_seen=state.alerts_seen)
    context.set_text("url", shown_address(state.tab.url))
    context.focus(None)


def _live(context: ChromeContext) -> LivePage | None:
    tab = context.state.tab
    return live_page(tab.spec, tab.log, context.now_s) if tab.spec is not None else None


# The tool bar


def _tool_bar(context: ChromeContext, tab: Tab) -> w.Widget:
    def go(text: str) -> None:
        if text.strip():
            _show(context, gone_to(context.state, opened(context, address_of(text, context.state.tab.url))))

    def reload() -> None:
        state = context.state
        _show(context, replace(state, tab=opened(context, state.tab.url), serial=state.serial + 1, alerts_seen=0))

    address = w.Row(
        (
            w.Icon("lock_open" if tab.url.startswith("http") else "info", size=18, colour=_INK),
            w.TextField(
                "Search or type web address",
                shown_address(tab.url),
                key="url",
                style="plain",
                text_size=15,
                padding=(4, 8),
                resource_id="url_bar",
                on_submit=go,
                weight=1,
            ),
        ),
        height=40,
        weight=1,
        radius=20,
        background=_FIELD,
        padding=(12, 0, 4, 0),
    )
    home = w.IconButton(
        "home",
        description="Home",
        resource_id="home_button",
        on_tap=lambda: _show(context, gone_to(context.state, Tab())),
    )
    tabs = w.Stack(
        (w.Text("1", style="label", font_weight="bold", colour=_INK, decorative=True),),
        ("center",),
        width=22,
        height=22,
        radius=4,
        border=_INK,
        class_name="android.widget.ImageButton",
        description="1 open tab, tap to switch tabs",
        resource_id="tab_switcher_button",
        on_tap=lambda: context.toast("1 open tab"),
    )
    menu = w.MenuButton(
        (
            w.MenuItem("New tab", lambda: _show(context, gone_to(context.state, Tab()))),
            w.MenuItem("Reload", reload),
        ),
        key="menu",
        resource_id="menu_button",
    )
    return w.Row((home, address, tabs, menu), height=56, gap=4, padding=(0, 0, 0, 0), resource_id="toolbar")


# The page


def _page(context: ChromeContext, live: LivePage) -> w.Widget:
    page = live.page()
    if page is None:
        return _sad_tab(context)
    prefix = f"page{context.state.serial}:"

    def send(element: Element, kind: EventKind, value: EventValue) -> None:
        _send(context, element, kind, value)

    rendering = Rendering(page=page, viewport=live.viewport, pictures=live, key=prefix, send=send)
    return w.Scroll((render(rendering),), key=f"{prefix}scroll", weight=1, resource_id="compositor_view_holder")


def _send(context: ChromeContext, element: Element, kind: EventKind, value: EventValue) -> None:
    """Hands an event to the page and does what it then asks for."""
    state = context.state
    tab = state.tab
    if tab.spec is None:
        return
    before = len(live_page(tab.spec, tab.log, context.now_s).log)
    event = PageEvent(at_s=context.now_s, node=element.id, kind=kind, value=value)
    context.update(tab=replace(tab, log=tab.log.added(event)))
    live = _live(context)
    if live is None:
        return
    for level, text in live.log[before:]:
        context.phone.logcat.log("chromium", f"[{_LEVELS.get(level, 'I')}:CONSOLE] {text}")
    if live.navigation:
        _show(context, gone_to(context.state, opened(context, address_of(live.navigation, tab.url))))
        return
    _follow_values(context, live, typed=element if kind == "type" else None)


def _follow_values(context: ChromeContext, live: LivePage, *, typed: Element | None) -> None:
    """A script that sets the value of a field changes what stands in it."""
    page = live.page()
    if page is None:
        return
    prefix = f"page{context.state.serial}:"
    for element in page.root.element.walk():
        if not is_field(element):
            continue
        key, value = field_key(prefix, element), str(element.details.get("value", ""))
        if context.text(key, value) != value and (typed is None or typed.id != element.id or value == ""):
            context.set_text(key, value)


def _alert(context: ChromeContext, tab: Tab, text: str) -> w.Widget:
    """A page's alert, over the page alone."""

    def close() -> None:
        context.update(alerts_seen=context.state.alerts_seen + 1)

    card = w.Column(
        (
            w.Text("This page says", style="title", resource_id="title"),
            w.Text(text, style="body", resource_id="message_paragraph_1"),
            w.Row((w.Spacer(weight=1), w.Button("OK", "text", resource_id="positive_button", on_tap=close))),
        ),
        gap=16,
        padding=(24, 24, 16, 12),
        radius=16,
        background="surface_high",
        width=320,
    )
    return w.Stack((card,), ("center",), background=0x66000000, on_tap=lambda: None)


# Other screens


def _new_tab(context: ChromeContext) -> w.Widget:
    box = w.Row(
        (w.Icon("search"), w.Text("Search or type web address", style="body_large", colour="on_surface_variant")),
        gap=12,
        height=56,
        padding=(20, 0),
        radius=28,
        background=_FIELD,
        resource_id="search_box",
        description="Search or type web address",
        class_name="android.widget.EditText",
        on_tap=lambda: context.focus("url"),
    )
    return w.Column(
        (
            w.Spacer(height=96),
            w.Text("Google", style="display", align="center", colour=0xFF4285F4, font_weight="medium"),
            w.Spacer(height=32),
            box,
        ),
        padding=(20, 0),
        weight=1,
    )


def _problem(context: ChromeContext, tab: Tab) -> w.Widget:
    if tab.problem == "ERR_FILE_NOT_FOUND":
        title, text = "Your file couldn’t be accessed", "It may have been moved, edited, or deleted."
    else:
        title, text = "No internet", "Try checking the network cables, modem, and router, or reconnecting to Wi-Fi"
    return _message("cloud_off", title, text, tab.problem)


def _sad_tab(context: ChromeContext) -> w.Widget:
    return _message("sentiment_dissatisfied", "Aw, Snap!", "Something went wrong while displaying this webpage.", "")


def _message(icon: str, title: str, text: str, code: str) -> w.Widget:
    return w.Column(
        (
            w.Icon(icon, size=72, colour=0xFF5F6368),
            w.Text(title, style="headline", colour=_INK),
            w.Text(text, style="body_large", colour=0xFF5F6368),
            w.Text(code, style="body_small", colour=0xFF5F6368),
        ),
        gap=16,
        padding=(24, 96, 24, 24),
        cross="start",
        weight=1,
    )
