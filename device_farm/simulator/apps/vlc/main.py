"""VLC's main activity."""

from __future__ import annotations

import posixpath

from device_farm.simulator.apps.browsing import SDCARD
from device_farm.simulator.apps.vlc.dialogs import vlc_dialog
from device_farm.simulator.apps.vlc.library import library_of
from device_farm.simulator.apps.vlc.onboarding import ACCESS_REQUEST, onboarding, onboarding_pending
from device_farm.simulator.apps.vlc.state import VlcContext, VlcState, may_read
from device_farm.simulator.apps.vlc.tabs import bar, body, navigation
from device_farm.simulator.intents import ActivityResult
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity


class Main(Activity[VlcState]):
    def initial(self, context: VlcContext) -> VlcState:
        if may_read(context):
            library_of(context).scan()
        return VlcState()

    def on_new_intent(self, context: VlcContext) -> None:
        if may_read(context):
            library_of(context).scan()

    def on_result(self, context: VlcContext, request: str, result: ActivityResult) -> None:
        if request == ACCESS_REQUEST and may_read(context):
            library_of(context).scan()

    def build(self, context: VlcContext) -> w.Widget:
        if onboarding_pending(context):
            return onboarding(context)
        return w.Screen(app_bar=bar(context), body=body(context), bottom=navigation(context))

    def on_back(self, context: VlcContext) -> bool:
        state = context.state
        if state.selected:
            context.update(selected=())
        elif state.searching:
            context.set_text("search", "")
            context.update(searching=False)
        elif state.tab == "browse" and state.folder:
            context.update(folder="" if state.folder == SDCARD else posixpath.dirname(state.folder))
        elif state.tab == "playlists" and state.playlist:
            context.update(playlist=0)
        elif state.tab != "video":
            context.update(tab="video")
        else:
            return False
        return True

    def dialog(self, context: VlcContext, name: str, argument: object) -> w.Overlay:
        return vlc_dialog(context, name, argument)
