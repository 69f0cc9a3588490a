"""Finding an application by its label or package."""

from __future__ import annotations

import pytest

from device_farm.android.apps import LaunchableApp, find_app, parse_launchable
from device_farm.errors import ActionError

OUTPUT = """3 activities found:
  Activity #0:
    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false
    ActivityInfo:
      name=com.android.settings.Settings
      packageName=com.android.settings
      labelRes=0x7f110000 nonLocalizedLabel=null icon=0x0 banner=0x0
      ApplicationInfo:
        name=com.android.settings.SettingsApplication
        packageName=com.android.settings
        nonLocalizedLabel=Wrong
  Activity #1:
    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false
    ActivityInfo:
      name=net.gsantner.markor.activity.MainActivity
      packageName=net.gsantner.markor
      labelRes=0x0 nonLocalizedLabel=Markor Notes icon=0x0
  Activity #2:
    ActivityInfo:
      name=com.y.Other
      packageName=net.gsantner.markor
"""


def test_parse_takes_the_activitys_own_fields_once_a_package() -> None:
    apps = parse_launchable(OUTPUT)
    assert [(app.package, app.activity) for app in apps] == [
        ("com.android.settings", "com.android.settings.Settings"),
        ("net.gsantner.markor", "net.gsantner.markor.activity.MainActivity"),
    ]
    assert apps[1].label == "Markor Notes"
    assert apps[0].component == "com.android.settings/com.android.settings.Settings"


@pytest.mark.parametrize("output", ["", "No activities found", "  Activity #0:\n    nothing\n"])
def test_parse_finds_nothing_in_nothing(output: str) -> None:
    assert parse_launchable(output) == ()


APPS = (
    LaunchableApp(package="com.android.settings", activity="S"),
    LaunchableApp(package="com.google.android.deskclock", activity="C"),
    LaunchableApp(package="org.notes", activity="N", label="My Notes"),
)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("My Notes", "org.notes"),
        (" my notes ", "org.notes"),
        ("org.notes", "org.notes"),
        ("Settings", "com.android.settings"),
        ("CLOCK", "com.google.android.deskclock"),
    ],
)
def test_find_app_takes_label_and_package(name: str, package: str) -> None:
    assert find_app(name, APPS).package == package


def test_find_app_prefers_the_label_that_is_on_the_screen() -> None:
    own_clock = LaunchableApp(package="org.clock", activity="C", label="Clock")
    assert find_app("Clock", (*APPS, own_clock)) is own_clock


def test_find_app_names_what_is_spelled_alike() -> None:
    with pytest.raises(ActionError, match="My Notes") as caught:
        find_app("My Note", APPS)
    assert caught.value.field == "name"


def test_find_app_names_what_there_is_when_nothing_is_alike() -> None:
    for name in ("zzzzzz", "", "  "):
        with pytest.raises(ActionError, match="My Notes"):
            find_app(name, APPS)
