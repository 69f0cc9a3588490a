"""The welcome page and the set-up page of the first run, and the settings that repeat the latter."""

from __future__ import annotations

from device_farm.simulator.apps.recorder.look import FAINT, INK, bar, chips, page, raised
from device_farm.simulator.apps.recorder.sound import SAMPLE_RATES
from device_farm.simulator.apps.recorder.store import FORMATS, NAMINGS, PACKAGE, RecorderStore, spec_text
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, AppContext, Context

MAIN_CLASS = f"{PACKAGE}.app.main.MainActivity"
SETUP_CLASS = f"{PACKAGE}.app.setup.SetupActivity"
_RATES_BPS = (48000, 96000, 128000, 192000, 256000)
_SAMPLE_NAMES = ("8kHz", "16kHz", "22kHz", "32kHz", "44.1kHz", "48kHz")


_CLEAR_TOP = 0x04000000


def open_screen(context: AppContext, class_name: str) -> None:
    """Another screen of the recorder; one that lies below comes back instead of a second copy."""
    context.start(Intent(component=ComponentName(PACKAGE, class_name), flags=_CLEAR_TOP))


class Welcome(Activity[None]):
    """What the app is; `Get started` goes on."""

    def build(self, context: Context[None]) -> w.Widget:
        return welcome_page(context)


def welcome_page(context: AppContext) -> w.Widget:
    return page(
        w.Spacer(weight=1),
        w.Row((w.Icon("mic", size=120, colour=INK),), main="center"),
        w.Spacer(height=32),
        w.Text("Audio Recorder", style="headline", colour=INK, align="center", resource_id="txt_title"),
        w.Spacer(height=12),
        w.Text(
            "Welcome to the simple and fast application",
            style="body_large",
            colour=FAINT,
            align="center",
            padding=(32, 0),
            resource_id="txt_content",
        ),
        w.Spacer(weight=1),
        w.Row((raised("Get started", "btn_action", lambda: open_screen(context, SETUP_CLASS)),), padding=(16, 16)),
    )


def recording_settings(store: RecorderStore) -> tuple[w.Widget, ...]:
    """Format, sample rate, bit rate, channels."""
    spec = store.spec
    parts = [
        chips(
            "Recording format:",
            tuple(name.capitalize() for name in FORMATS),
            FORMATS.index(spec.format),
            lambda place: store.put(setting_recording_format=FORMATS[place]),
            key="recording_format",
        ),
        chips(
            "Sample rate:",
            _SAMPLE_NAMES,
            SAMPLE_RATES.index(spec.sample_rate_hz) if spec.sample_rate_hz in SAMPLE_RATES else 4,
            lambda place: store.put(setting_sample_rate=SAMPLE_RATES[place]),
            key="frequency",
        ),
    ]
    if spec.format != "wav":
        parts.append(
            chips(
                "Bitrate:",
                tuple(f"{rate // 1000} kbps" for rate in _RATES_BPS),
                _RATES_BPS.index(spec.bit_rate_bps) if spec.bit_rate_bps in _RATES_BPS else 2,
                lambda place: store.put(setting_bitrate=_RATES_BPS[place]),
                key="bitrate",
            )
        )
    parts.append(
        chips(
            "Channel count:",
            ("Stereo", "Mono"),
            0 if spec.channels == 2 else 1,
            lambda place: store.put(setting_channel_count=2 - place),
            key="channels",
        )
    )
    return tuple(parts)


def naming_spinner(context: AppContext, store: RecorderStore) -> w.Widget:
    now = context.local()
    names = ("Record-1", f"{now:%Y-%m-%d_%H-%M-%S}", str(int(now.timestamp() * 1000)))
    return w.Spinner(
        tuple(f"Naming: {name}.{store.spec.format}" for name in names),
        NAMINGS.index(store.naming) if store.naming in NAMINGS else 0,
        lambda place: store.put(setting_naming_format=NAMINGS[place]),
        key="name_format",
        resource_id="name_format",
    )


class Setup(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        store = RecorderStore(context)

        def apply() -> None:
            store.end_first_run()
            open_screen(context, MAIN_CLASS)

        return page(
            bar("Setup", context.back),
            w.Scroll(
                (
                    w.Row((naming_spinner(context, store),), padding=(16, 8)),
                    *recording_settings(store),
                ),
                key="setup",
                gap=8,
                weight=1,
            ),
            w.Text(spec_text(store.spec), colour=FAINT, padding=(16, 8), resource_id="txt_information"),
            w.Row(
                (raised("Reset", "btn_reset", store.reset), raised("Apply", "btn_apply", apply)),
                gap=8,
                padding=(12, 8, 12, 12),
            ),
        )
