"""Screens as a model is sent them: resized, encoded, as data URLs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from device_farm.errors import PolicyError
from device_farm.types.geometry import Size
from device_farm.types.observation import Observation

_JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedImage:
    """One image of a prompt; `size` is what its coordinates count in."""

    data: bytes
    media_type: str
    size: Size

    @property
    def data_url(self) -> str:
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode('ascii')}"


def model_image(observation: Observation, size: Size, image_format: Literal["png", "jpeg"]) -> EncodedImage:
    """The screen at `size`. Raises PolicyError when there is none or it cannot be decoded."""
    screenshot = observation.screenshot
    if screenshot is None or screenshot.data is None:
        raise PolicyError("the observation has no screenshot to show the model")
    if screenshot.size == size and screenshot.format == image_format:
        return EncodedImage(data=screenshot.data, media_type=f"image/{image_format}", size=size)
    pixels = cv2.imdecode(np.frombuffer(screenshot.data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise PolicyError(f"screenshot {screenshot.digest} is no image")
    shrinks = size.width * size.height < pixels.shape[0] * pixels.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    resized = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    suffix, options = (".png", []) if image_format == "png" else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    done, encoded = cv2.imencode(suffix, resized, options)
    if not done:
        raise PolicyError(f"screenshot {screenshot.digest} cannot be encoded as {image_format}")
    return EncodedImage(data=encoded.tobytes(), media_type=f"image/{image_format}", size=size)
