"""AOSP's Camera2 under its package, activities and folders."""

from __future__ import annotations

from device_farm.simulator.apps.camera.screens import (
    CAMERA,
    CAPTURE_ACTIONS,
    LOCATION,
    PACKAGE,
    RECORD_AUDIO,
    SETTINGS_CLASS,
    Viewfinder,
)
from device_farm.simulator.apps.camera.settings_screen import CameraSettings
from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon


class CameraApp(App):
    """Camera and microphone are granted to a preinstalled camera; the location is asked for."""

    package = PACKAGE
    label = "Camera"
    icon = AppIcon(glyph="photo_camera", background=0xFF00897B)
    version_name = "2.0.002"
    permissions = (CAMERA, RECORD_AUDIO, LOCATION, "android.permission.ACCESS_FINE_LOCATION")
    granted = (CAMERA, RECORD_AUDIO)
    activities = (
        ActivityEntry(
            class_name="com.android.camera.CameraLauncher",
            activity=Viewfinder(),
            filters=(
                IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),
                IntentFilter(
                    actions=("android.media.action.STILL_IMAGE_CAMERA", "android.media.action.VIDEO_CAMERA"),
                    categories=(DEFAULT,),
                ),
            ),
        ),
        ActivityEntry(
            class_name="com.android.camera.CaptureActivity",
            activity=Viewfinder(),
            filters=(IntentFilter(actions=CAPTURE_ACTIONS, categories=(DEFAULT,)),),
        ),
        ActivityEntry(class_name=SETTINGS_CLASS, activity=CameraSettings()),
    )

    def on_install(self, context: AppContext) -> None:
        factory_set_up(context, permissions=(LOCATION,))
