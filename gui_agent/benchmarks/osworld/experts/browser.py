"""Experts of OSWorld's tasks in the browser's settings, and of our own on a local page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from device_farm.types.action import PressKey, TypeText, Wait
from gui_agent.benchmarks.osworld.experts.common import TRIES, enter
from gui_agent.benchmarks.osworld.office import browser as pages
from gui_agent.benchmarks.ui import Match, Plain, tap, type_into, wait_for, wait_gone

_ADDRESS: Final = Match(text="Address and search bar", role="entry")
_WRITTEN_S: Final = 12.0
"""The browser writes changed settings every ten seconds."""


def visit(address: str) -> Plain:
    """Types an address into the browser's bar."""
    # The bar takes what is typed only once it has the focus.
    yield from tap(_ADDRESS, tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from enter(address)


def _written() -> Plain:
    """Waits until the settings are in the profile."""
    yield Wait(duration_s=_WRITTEN_S)


def do_not_track() -> Plain:
    yield from visit("chrome://settings/cookies")
    yield from tap(Match(contains="Do Not Track", state="checkable"), tries=TRIES)
    yield from tap(Match(text="Confirm", role="push button", state="clickable"), tries=TRIES)
    yield from _written()


def passwords() -> Plain:
    yield from visit("chrome://password-manager/passwords")
    yield from wait_for(Match(contains="Password Manager", role="document web"), tries=TRIES)


def bookmark_folder() -> Plain:
    yield from visit("chrome://bookmarks")
    yield from tap(Match(text="Organize", role="push button"), tries=TRIES)
    yield from tap(Match(text="Add new folder", role="menu item"), tries=TRIES)
    yield from wait_for(Match(text="Save", role="push button"), tries=TRIES)
    yield TypeText(text="Favorites")
    yield from tap(Match(text="Save", role="push button", state="clickable"), tries=TRIES)
    yield from _written()


def profile_name() -> Plain:
    yield from visit("chrome://settings/manageProfile")
    name = Match(role="entry", where=lambda node: node.text != "Address and search bar")
    yield from type_into("Thomas", name, tries=TRIES)
    yield PressKey(key="tab")
    yield from _written()


def font_size() -> Plain:
    yield from visit("chrome://settings/appearance")
    yield from tap(Match(text="Font size", role="combo box"), tries=TRIES)
    yield PressKey(key="end")
    yield PressKey(key="enter")
    yield from _written()


def delete_on_exit() -> Plain:
    yield from visit("chrome://settings/content/siteData")
    yield from tap(Match(contains="close all windows", role="radio button"), tries=TRIES)
    yield from _written()


def close_tab() -> Plain:
    yield from tap(Match(contains=pages.PRICES, role="page tab"), tries=TRIES)
    yield PressKey(key="w", modifiers=("ctrl",))
    yield from wait_gone(Match(contains=pages.PRICES, role="page tab"), tries=TRIES)


def follow_link() -> Plain:
    yield from tap(Match(contains=pages.TIMES, role="link"), tries=TRIES)
    yield from wait_for(Match(contains=pages.TIMES, role="document web"), tries=TRIES)


def join_club() -> Plain:
    name = Match(role="entry", where=lambda node: node.text != "Address and search bar")
    yield from type_into(pages.MEMBER, name, tries=TRIES)
    yield from tap(Match(text="Join", role="push button"), tries=TRIES)
    yield from wait_for(Match(contains="is a member now"), tries=TRIES)
    yield Wait(duration_s=2.0)


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "030eeff7-b492-4218-b312-701ec99ee0cc": do_not_track,
    "12086550-11c0-466b-b367-1d9e75b3910e": passwords,
    "2ad9387a-65d8-4e33-ad5b-7580065a27ca": bookmark_folder,
    "2ae9ba84-3a0d-4d4c-8338-3a1478dc5fe3": profile_name,
    "af630914-714e-4a24-a7bb-f9af687d3b91": font_size,
    "farm-browser-join": join_club,
    "farm-browser-close": close_tab,
    "farm-browser-follow": follow_link,
    "99146c54-4f37-4ab8-9327-5f3291665e1e": delete_on_exit,
}
