"""What a phone is before anybody touches it: model, screen, system properties."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.toolkit.metrics import DENSITY_DPI, SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX
from device_farm.types.geometry import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneProfile:
    """`properties` override the default system properties; `density_dpi` is dots per inch."""

    name: str = "pixel_6"
    model: str = "sdk_gphone64_x86_64"
    manufacturer: str = "Google"
    android_release: str = "13"
    sdk: int = 33
    screen: Size = Size(SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX)  # noqa: RUF009 - immutable
    density_dpi: int = DENSITY_DPI
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def image(self) -> str:
        """Names the exact set of software, for provenance."""
        return f"simulator/{self.name}/android-{self.sdk}"


PIXEL_6 = PhoneProfile()
