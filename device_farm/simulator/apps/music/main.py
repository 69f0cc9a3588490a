"""Retro Music's one activity."""

from __future__ import annotations

from typing import assert_never

from device_farm.simulator.apps.browsing import path_of
from device_farm.simulator.apps.music.dialogs import music_dialog
from device_farm.simulator.apps.music.library import scan
from device_farm.simulator.apps.music.pages import (
    collection_page,
    group_page,
    playlist_page,
    search_page,
    settings_page,
)
from device_farm.simulator.apps.music.playing import mini_player, player_page, queue_page
from device_farm.simulator.apps.music.playlists import m3u, playlist_store
from device_farm.simulator.apps.music.state import MusicContext, MusicState, Page, go_back
from device_farm.simulator.apps.music.tabs import SAVE_REQUEST, navigation, tab_page
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.intents import ActivityResult
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

PERMISSIONS = ("android.permission.READ_MEDIA_AUDIO", "android.permission.POST_NOTIFICATIONS")


class Main(Activity[MusicState]):
    def initial(self, context: MusicContext) -> MusicState:
        for permission in PERMISSIONS:
            if not context.has_permission(permission):
                context.request_permission(permission)
        scan(context)
        return MusicState()

    def on_new_intent(self, context: MusicContext) -> None:
        scan(context)

    def build(self, context: MusicContext) -> w.Widget:
        pages = context.state.pages
        bar, body = _page(context, pages[-1]) if pages else tab_page(context)
        bottom: tuple[w.Widget, ...] = ()
        if not pages or pages[-1].kind not in ("player", "queue"):
            bottom = mini_player(context)
        if not pages:
            bottom = (*bottom, navigation(context))
        return w.Screen(app_bar=bar, body=body, bottom=w.Column(bottom) if bottom else None)

    def on_back(self, context: MusicContext) -> bool:
        state = context.state
        if state.selected:
            context.update(selected=())
        elif state.pages:
            go_back(context)
        elif state.tab != "home":
            context.update(tab="home")
        else:
            return False
        return True

    def dialog(self, context: MusicContext, name: str, argument: object) -> w.Overlay:
        return music_dialog(context, name, argument)

    def on_result(self, context: MusicContext, request: str, result: ActivityResult) -> None:
        """The person has chosen where a playlist is saved."""
        kind, _, number = request.partition(" ")
        path = path_of(result.data)
        if kind != SAVE_REQUEST or not result.ok or not path:
            return
        text = m3u(playlist_store(context).songs(int(number)))
        try:
            context.files.write(path, text.encode())
        except FileSystemError as error:
            context.toast(f"Something went wrong : {error}")
            return
        context.toast(f"Saved playlist to {path}.")


def _page(context: MusicContext, page: Page) -> tuple[w.AppBar, w.Widget]:
    match page.kind:
        case "album" | "artist":
            return group_page(context, page.kind, page.number)
        case "playlist":
            return playlist_page(context, page.number)
        case "search":
            return search_page(context)
        case "player":
            return player_page(context)
        case "queue":
            return queue_page(context)
        case "settings":
            return settings_page(context)
        case "history" | "last_added" | "most_played":
            return collection_page(context, page.kind)
        case _:
            assert_never(page.kind)
