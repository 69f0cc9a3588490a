"""Display: brightness, dark theme, screen timeout, rotation, font size, Night Light."""

from __future__ import annotations

from device_farm.simulator.apps.settings import brightness
from device_farm.simulator.apps.settings.pages import (
    Choice,
    Page,
    link_row,
    main_switch,
    note,
    radio_rows,
    switch_row,
    tables_of,
)
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

TIMEOUT = Choice(
    title="Screen timeout",
    table="system",
    key="screen_off_timeout",
    options=(
        ("15 seconds", "15000"),
        ("30 seconds", "30000"),
        ("1 minute", "60000"),
        ("2 minutes", "120000"),
        ("5 minutes", "300000"),
        ("10 minutes", "600000"),
        ("30 minutes", "1800000"),
    ),
    default="60000",
)
FONT_SCALES: tuple[tuple[str, float], ...] = (("Small", 0.85), ("Default", 1.0), ("Large", 1.15), ("Largest", 1.3))
# What Settings adds to the weight of every font for bold text (FONT_WEIGHT_ADJUSTMENT_BOLD of FontStyle).
_BOLD = 300
_NIGHT_YES = 2
_NIGHT_NO = 1


class Display(Page[None]):
    title = "Display"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        stored = tables.number("system", "screen_brightness", 102)
        return (
            w.SectionHeader("Brightness"),
            w.ListRow(
                "Brightness level", f"{brightness.percent(stored)}%", on_tap=lambda: context.dialog("brightness")
            ),
            w.SwitchRow(
                "Adaptive brightness",
                tables.flag("system", "screen_brightness_mode"),
                "Off" if not tables.flag("system", "screen_brightness_mode") else "On",
                on_change=lambda on: tables.put("system", "screen_brightness_mode", on),
            ),
            w.SectionHeader("Lock display"),
            link_row(
                context, "Lock screen", ".Settings$LockScreenSettingsActivity", summary="Notifications on lock screen"
            ),
            link_row(
                context,
                "Screen timeout",
                ".Settings$ScreenTimeoutActivity",
                summary=f"After {TIMEOUT.label(tables)} of inactivity",
            ),
            *self._looks(context),
        )

    def _looks(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        dark = tables.number("secure", "ui_night_mode", _NIGHT_NO) == _NIGHT_YES
        return (
            w.SectionHeader("Appearance"),
            w.SwitchRow(
                "Dark theme",
                dark,
                "On" if dark else "Off",
                on_change=lambda on: tables.put("secure", "ui_night_mode", _NIGHT_YES if on else _NIGHT_NO),
            ),
            link_row(
                context,
                "Display size and text",
                ".Settings$TextReadingSettingsActivity",
                summary=f"Font size: {_scale_name(context)}",
            ),
            w.SectionHeader("Color"),
            link_row(
                context,
                "Night Light",
                ".Settings$NightDisplaySettingsActivity",
                summary="On"
                if tables.flag("secure", "night_display_activated")
                else "Off / Will never turn on automatically",
            ),
            w.SectionHeader("Other display controls"),
            w.SwitchRow(
                "Auto‑rotate screen",
                tables.flag("system", "accelerometer_rotation"),
                on_change=lambda on: tables.put("system", "accelerometer_rotation", on),
            ),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        if name == "brightness":
            return _brightness_dialog(context)
        return super().dialog(context, name, argument)


def _brightness_dialog(context: Context[None]) -> w.Overlay:
    tables = tables_of(context)
    stored = tables.number("system", "screen_brightness", 102)
    return w.Dialog(
        title="Brightness level",
        body=w.Row(
            (
                w.Icon("brightness_6"),
                w.Slider(
                    brightness.slider_of_stored(stored),
                    0.0,
                    brightness.SLIDER_MAXIMUM,
                    on_change=lambda position: brightness.store(tables, brightness.stored_of_slider(position)),
                    key="brightness",
                    description="Display brightness",
                    resource_id="com.android.systemui:id/slider",
                    weight=1,
                ),
            ),
            gap=8,
        ),
        buttons=(w.DialogButton("Done"),),
    )


def _scale_name(context: Context[None]) -> str:
    scale = tables_of(context).decimal("system", "font_scale", 1.0)
    return min(FONT_SCALES, key=lambda entry: abs(entry[1] - scale))[0]


class ScreenTimeout(Page[None]):
    title = "Screen timeout"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return radio_rows(context, TIMEOUT)


class TextReading(Page[None]):
    title = "Display size and text"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        scale = tables.decimal("system", "font_scale", 1.0)
        place = min(range(len(FONT_SCALES)), key=lambda index: abs(FONT_SCALES[index][1] - scale))

        def move(step: float) -> None:
            index = min(max(round(step), 0), len(FONT_SCALES) - 1)
            tables.put("system", "font_scale", FONT_SCALES[index][1])

        return (
            w.Column(
                (
                    w.Card(
                        w.Text("Preview: the quick brown fox jumps over the lazy dog.", style="body_large", padding=16)
                    ),
                ),
                padding=(16, 8),
            ),
            w.Column(
                (
                    w.Text("Font size", style="title"),
                    w.Text("Make text smaller or larger", colour="on_surface_variant"),
                    w.Row(
                        (
                            w.IconButton("remove", description="Make smaller", on_tap=lambda: move(place - 1)),
                            w.Slider(
                                place,
                                0,
                                len(FONT_SCALES) - 1,
                                len(FONT_SCALES) - 1,
                                move,
                                key="font",
                                weight=1,
                                description="Font size",
                                resource_id="android:id/seekbar",
                            ),
                            w.IconButton("add", description="Make larger", on_tap=lambda: move(place + 1)),
                        ),
                    ),
                    w.Text(FONT_SCALES[place][0], colour="on_surface_variant"),
                ),
                padding=(24, 8),
                gap=4,
            ),
            switch_row(
                context,
                "Bold text",
                "secure",
                "font_weight_adjustment",
                summary="Make all text bolder",
                on_value=_BOLD,
            ),
            switch_row(
                context,
                "High contrast text",
                "secure",
                "high_text_contrast_enabled",
                summary="Change text color to black or white",
            ),
        )


class NightLight(Page[None]):
    title = "Night Light"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        warmth = tables.number("secure", "night_display_color_temperature", 2850)
        return (
            main_switch(
                "Use Night Light",
                tables.flag("secure", "night_display_activated"),
                lambda on: tables.put("secure", "night_display_activated", on),
            ),
            w.Column(
                (
                    w.Text("Intensity", style="title"),
                    w.Slider(
                        4082 - warmth,
                        0,
                        4082 - 2596,
                        0,
                        lambda value: tables.put("secure", "night_display_color_temperature", round(4082 - value)),
                        key="warmth",
                        description="Intensity",
                        resource_id="android:id/seekbar",
                        enabled=tables.flag("secure", "night_display_activated"),
                    ),
                ),
                padding=(24, 8),
            ),
            note("Night Light tints your screen amber. This makes it easier to look at your screen in dim light."),
        )


class LockScreen(Page[None]):
    title = "Lock screen"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return (
            switch_row(
                context,
                "Show notifications on lock screen",
                "secure",
                "lock_screen_show_notifications",
                default=True,
            ),
            switch_row(
                context,
                "Sensitive notifications",
                "secure",
                "lock_screen_allow_private_notifications",
                summary="Show sensitive content when locked",
                default=True,
            ),
        )
