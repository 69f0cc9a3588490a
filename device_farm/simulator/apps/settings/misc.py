"""Shorter screens: battery, notifications, accessibility, location, security and privacy."""

from __future__ import annotations

from device_farm.simulator.apps.settings.pages import (
    Choice,
    Page,
    choice_row,
    link_row,
    main_switch,
    note,
    switch_row,
    tables_of,
)
from device_farm.simulator.apps.settings.tables import Tables
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

# Settings.Secure.LOCATION_MODE_HIGH_ACCURACY.
_LOCATION_ON = 3

ANIMATION_SCALES = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")

LOCK_DELAY = Choice(
    title="Lock after screen timeout",
    table="secure",
    key="lock_screen_lock_after_timeout",
    options=(("Immediately", "0"), ("5 seconds after timeout", "5000"), ("1 minute after timeout", "60000")),
    default="5000",
)


class Battery(Page[None]):
    title = "Battery"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            w.Column((w.Text("100%", style="display"), w.Text("Fully charged")), padding=(24, 8)),
            link_row(
                context,
                "Battery Saver",
                ".Settings$BatterySaverSettingsActivity",
                summary="On" if tables.flag("global", "low_power") else "Off",
            ),
            w.SwitchRow(
                "Battery percentage",
                tables.flag("system", "status_bar_show_battery_percent"),
                "Show battery percentage in status bar",
                on_change=lambda on: tables.put("system", "status_bar_show_battery_percent", on),
            ),
            switch_row(
                context,
                "Adaptive Battery",
                "global",
                "adaptive_battery_management_enabled",
                summary="Limit battery for apps that you don’t use often",
                default=True,
            ),
        )


class BatterySaver(Page[None]):
    title = "Battery Saver"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            main_switch(
                "Use Battery Saver",
                tables.flag("global", "low_power"),
                lambda on: tables.put("global", "low_power", on),
            ),
            note(
                "Battery Saver turns on Dark theme and limits or turns off background activity, some visual effects, "
                "certain features, and some network connections."
            ),
        )


class Notifications(Page[None]):
    title = "Notifications"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return (
            link_row(
                context,
                "App settings",
                ".Settings$ManageApplicationsActivity",
                summary="Control notifications from individual apps",
            ),
            link_row(context, "Do Not Disturb", ".Settings$ZenModeSettingsActivity"),
            link_row(context, "Notifications on lock screen", ".Settings$LockScreenSettingsActivity"),
            switch_row(
                context,
                "Notification history",
                "secure",
                "notification_history_enabled",
                summary="Show recent and snoozed notifications",
            ),
            switch_row(context, "Allow notification snoozing", "secure", "show_notification_snooze"),
            switch_row(context, "Notification dot on app icon", "secure", "notification_badging", default=True),
            switch_row(context, "Bubbles", "secure", "notification_bubbles", default=True),
        )


class Accessibility(Page[None]):
    title = "Accessibility"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            w.SectionHeader("Display"),
            link_row(context, "Display size and text", ".Settings$TextReadingSettingsActivity", icon="text_fields"),
            switch_row(
                context, "Color inversion", "secure", "accessibility_display_inversion_enabled", icon="invert_colors"
            ),
            switch_row(
                context, "Color correction", "secure", "accessibility_display_daltonizer_enabled", icon="palette"
            ),
            w.SwitchRow(
                "Remove animations",
                not tables.decimal("global", ANIMATION_SCALES[0], 1.0),
                "Reduce movement on the screen",
                "animation",
                on_change=lambda on: _remove_animations(tables, on),
            ),
            w.SectionHeader("Audio"),
            switch_row(context, "Mono audio", "system", "master_mono", summary="Combine channels when playing audio"),
            w.SectionHeader("Interaction controls"),
            switch_row(context, "Large mouse pointer", "secure", "accessibility_large_pointer_icon"),
            switch_row(
                context,
                "Power button ends call",
                "secure",
                "incall_power_button_behavior",
                on_value=2,
                off_value=1,
            ),
        )


def _remove_animations(tables: Tables, on: bool) -> None:
    for key in ANIMATION_SCALES:
        tables.put("global", key, 0.0 if on else 1.0)


class Location(Page[None]):
    title = "Location"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            main_switch(
                "Use location",
                tables.flag("secure", "location_mode", True),
                lambda on: tables.put("secure", "location_mode", _LOCATION_ON if on else 0),
            ),
            link_row(context, "App location permissions", ".Settings$ManageApplicationsActivity"),
            w.SwitchRow(
                "Wi‑Fi scanning",
                tables.flag("global", "wifi_scan_always_enabled"),
                "Allow apps to scan for Wi‑Fi networks at any time",
                on_change=lambda on: tables.put("global", "wifi_scan_always_enabled", on),
            ),
            w.SwitchRow(
                "Bluetooth scanning",
                tables.flag("global", "ble_scan_always_enabled"),
                "Allow apps to scan for nearby devices at any time",
                on_change=lambda on: tables.put("global", "ble_scan_always_enabled", on),
            ),
        )


class Security(Page[None]):
    title = "Security & privacy"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return (
            w.SectionHeader("Device lock"),
            choice_row(context, LOCK_DELAY),
            switch_row(context, "Show passwords", "system", "show_password", default=True),
            w.SectionHeader("Privacy controls"),
            switch_row(
                context,
                "Show clipboard access",
                "secure",
                "clipboard_show_access_notifications",
                summary="Show a message when apps access text you’ve copied",
                default=True,
            ),
            link_row(context, "Notifications on lock screen", ".Settings$LockScreenSettingsActivity"),
        )
