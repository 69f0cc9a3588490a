"""What a device shows at one moment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.types.geometry import Size
from device_farm.types.ui_tree import UiTree

ImageFormat: TypeAlias = Literal["png", "jpeg"]
Orientation: TypeAlias = Literal["portrait", "landscape", "portrait_reversed", "landscape_reversed"]


def image_digest(data: bytes) -> str:
    """The content address of an encoded image: BLAKE2b-128 in 32 hex digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """An encoded screen. `data` is None where the receiver said that it already holds `digest`."""

    digest: str
    size: Size
    format: ImageFormat = "png"
    data: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreground:
    """`app` is an Android package or a desktop application name; `window` the activity or window title."""

    app: str
    window: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveRequest:
    """Which parts to capture; `known_digest` is the screenshot that the caller already holds."""

    screenshot: bool = True
    ui_tree: bool = True
    known_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look at a device. `sequence` grows with every observation of a lease; `device_time_s` is Unix time."""

    sequence: int
    screen: Size
    orientation: Orientation
    device_time_s: float
    foreground: Foreground
    screenshot: Screenshot | None = None
    ui_tree: UiTree | None = None
